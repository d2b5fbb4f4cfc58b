# attempt: one frame after another of the greatest length, so that the host holds them
# expect: contained
# limit: 2
body = bytes(1 << 20)
while True:
    sock = sys.stdout.output.channel.sock
    sock.sendall(frame(b"1", b"", this_cell(), length=60 << 20))
    for _ in range(59):
        sock.sendall(body)
    sock.sendall(bytes((60 << 20) - 4 - (59 << 20)))
