# attempt: JSON that is nested more deeply than a stack is high
# expect: died
body = b"[" * 5_000_000
sys.stdout.output.channel.sock.sendall(frame(b"D", body, this_cell()))
while True:
    pass
