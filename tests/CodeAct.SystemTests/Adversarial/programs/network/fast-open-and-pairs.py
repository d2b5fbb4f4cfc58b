# attempt: sockets by other ways than socket()
# expect: refused
# floor: yes
forbidden(*(lambda family=family: socket.socketpair(family) for family in (2, 10, 16, 17, 40)), lambda: call(288, CONTROL, 0, 0, 0))
