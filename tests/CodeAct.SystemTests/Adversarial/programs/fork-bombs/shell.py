# attempt: the classic of the shell
# expect: contained
# floor: yes
!sh -c ':() { : | : & }; while true; do :; done'
