# attempt: sends the host its own end and the pipes, in circles that only a collector can free
# expect: contained
import array
sock = sys.stdout.output.channel.sock
for _ in range(500):
    a, b = socket.socketpair()
    a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [a.fileno(), b.fileno(), CONTROL]))])
    sock.sendmsg([frame(b"1", b"x", this_cell())], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [CONTROL, 1, 2, a.fileno(), b.fileno()]))])
