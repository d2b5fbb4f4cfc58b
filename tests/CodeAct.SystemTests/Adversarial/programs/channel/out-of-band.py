# attempt: urgent bytes, credentials, and messages without any
# expect: contained
sock = sys.stdout.output.channel.sock
for flags in (socket.MSG_OOB, socket.MSG_DONTWAIT, socket.MSG_EOR, socket.MSG_MORE):
    try:
        sock.send(b"!", flags)
        sock.send(b"", flags)
    except OSError as error:
        print(error)
