# attempt: kernel memory, in sockets that nobody reads, with descriptors in flight
# expect: contained
import array
pairs = []
try:
    while True:
        pair = socket.socketpair()
        pairs.append(pair)
        pair[0].setblocking(False)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pair[0].fileno(), pair[1].fileno()]))]
        try:
            while True:
                pair[0].sendmsg([bytes(1000)], rights)
        except BlockingIOError:
            pass
except OSError as error:
    refused(error)
