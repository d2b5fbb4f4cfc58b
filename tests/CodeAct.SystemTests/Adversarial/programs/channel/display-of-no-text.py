# attempt: JSON with half of a surrogate pair, and with bytes that are no UTF-8
# expect: died
for body in (b'{"a\\ud800":"x"}', b'{"a":"\\ud800"}', b'{"\xff":"x"}', b'{"a":"\xff"}'):
    sys.stdout.output.channel.sock.sendall(frame(b"D", body, this_cell()))
while True:
    pass
