# attempt: children that flood both streams
# expect: contained
!yes & yes 1>&2 & yes | cat & yes
