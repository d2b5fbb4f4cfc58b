# attempt: one end of a pair of datagram sockets, sent to sockets of the host by their names
# expect: refused
# floor: yes
def pair():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]
def connected():
    a = pair()
    a.connect(CANARY["datagram"])
    return a.send(b"x")
forbidden(
    lambda: pair().sendto(b"x", CANARY["datagram"]), connected, lambda: pair().sendto(b"x", "\0" + CANARY["abstract"]),
    lambda: pair().sendto(b"x", "/dev/log"), lambda: pair().sendmsg([b"x"], [], 0, CANARY["datagram"]))
