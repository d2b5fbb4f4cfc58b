# attempt: a frame in single bytes, each of which wakes the host
# expect: contained
sock = sys.stdout.output.channel.sock
while True:
    for byte in frame(b"1", b"slow", this_cell()):
        sock.send(bytes([byte]))
