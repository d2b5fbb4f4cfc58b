# attempt: changes the flags and the sizes of what it shares with the host
# expect: contained
# floor: yes
import fcntl
sock = sys.stdout.output.channel.sock
for fd in (1, 2, CONTROL):
    for flags in (os.O_NONBLOCK, os.O_NONBLOCK | os.O_APPEND, os.O_ASYNC, 0o40000):
        try:
            fcntl.fcntl(fd, fcntl.F_SETFL, flags)
        except OSError:
            pass
    for size in (4096, 1 << 20, 1 << 30):
        try:
            fcntl.fcntl(fd, 1031, size)
        except OSError:
            pass
for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, socket.SO_RCVLOWAT, socket.SO_PASSCRED, socket.SO_LINGER, 42):
    for value in (0, 1, 1 << 30):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, value)
        except OSError:
            pass
for _ in range(100):
    print("x" * 10_000)
