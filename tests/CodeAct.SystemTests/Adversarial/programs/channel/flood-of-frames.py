# attempt: whole frames as fast as it can, in its own name
# expect: contained
# floor: yes
sock = sys.stdout.output.channel.sock
many = frame(b"1", b"flood\n" * 100, this_cell()) * 1000
while True:
    sock.sendall(many)
