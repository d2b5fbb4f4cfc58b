# attempt: an abstract socket of the host
# expect: refused
# floor: yes
forbidden(
    lambda: socket.socket(socket.AF_UNIX).connect("\0" + CANARY["abstract"]),
    lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].connect("\0" + CANARY["abstract"]))
