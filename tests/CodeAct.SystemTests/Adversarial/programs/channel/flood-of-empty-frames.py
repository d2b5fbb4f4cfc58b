# attempt: the smallest frames, of which the host must make the most objects
# expect: contained
sock = sys.stdout.output.channel.sock
many = frame(b"?", b"", this_cell()) * 100_000
while True:
    sock.sendall(many)
