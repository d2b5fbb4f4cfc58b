# attempt: a connection to the host over the loopback, and to anywhere
# expect: refused
# floor: yes
forbidden(
    lambda: socket.create_connection(("127.0.0.1", CANARY["tcp"]), 1), lambda: socket.create_connection(("::1", CANARY["tcp"]), 1),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", CANARY["tcp"])),
    lambda: socket.create_connection(("169.254.169.254", 80), 1), lambda: socket.create_connection(("1.1.1.1", 53), 1))
