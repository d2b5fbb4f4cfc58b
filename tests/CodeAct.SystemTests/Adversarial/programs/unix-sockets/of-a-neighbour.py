# attempt: abstract sockets of another session
# expect: refused
# floor: yes
forbidden(
    lambda: socket.socket(socket.AF_UNIX).connect("\0codeact-neighbour"),
    lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", "\0codeact-neighbour-datagram"),
    lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", "\0codeact-neighbour-datagram"))
