# attempt: sends the host two hundred descriptors with each byte
# expect: contained
# floor: yes
import array
null = os.open("/dev/null", os.O_RDONLY)
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null] * 200))]
sock = sys.stdout.output.channel.sock
for _ in range(2000):
    sock.sendmsg([frame(b"1", b"x", this_cell())], rights)
