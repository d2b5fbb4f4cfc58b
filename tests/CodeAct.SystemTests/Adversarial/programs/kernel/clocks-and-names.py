# attempt: the machine's clock and name
# expect: refused
# floor: yes
forbidden(
    lambda: call(227, 0, struct.pack("<qq", 0, 0)), lambda: call(164, struct.pack("<qq", 0, 0), 0), lambda: call(159, bytes(208)),
    lambda: socket.sethostname("x"), lambda: call(171, b"x", 1))
