# attempt: programs that know the network
# expect: contained
# floor: yes
!exec 3<>/dev/tcp/127.0.0.1/1; curl -m 1 http://127.0.0.1; ping -c 1 -W 1 127.0.0.1; true
