# attempt: one end of a pair of datagram sockets, sent to sockets of the host by their names
# expect: refused
# floor: yes
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
forbidden(
    lambda: a.sendto(b"x", CANARY["datagram"]), lambda: a.connect(CANARY["datagram"]) or a.send(b"x"),
    lambda: a.sendto(b"x", "\0" + CANARY["abstract"]), lambda: a.sendto(b"x", "/dev/log"), lambda: a.sendmsg([b"x"], [], 0, CANARY["datagram"]))
