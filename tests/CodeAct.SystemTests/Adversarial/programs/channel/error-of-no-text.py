# attempt: an error whose traceback is no text
# expect: died
sys.stdout.output.channel.sock.sendall(frame(b"!", b'{"name":"\\udfff","message":"\xff","traceback":"\\ud800"}', this_cell()))
while True:
    pass
