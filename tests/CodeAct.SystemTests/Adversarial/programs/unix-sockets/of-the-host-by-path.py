# attempt: a socket of the host by its path
# expect: refused
# floor: yes
forbidden(
    lambda: socket.socket(socket.AF_UNIX).connect(CANARY["stream"]), lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", CANARY["datagram"]),
    lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(CANARY["engine"] + "/host"))
