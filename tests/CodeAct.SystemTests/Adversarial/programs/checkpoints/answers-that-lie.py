# attempt: a checkpoint that is somebody else, no process at all, or never comes
# expect: contained
# floor: yes
channel = type(sys.stdout.output.channel)
real = channel.send
def send(self, kind, cell, payload):
    if kind == b"C":
        payload = b'{"pid":1}'
    real(self, kind, cell, payload)
channel.send = send
# %% checkpoint
os.write(CONTROL, frame(b"C", b'{"pid":2147483647}', 0))
# %% checkpoint
1
# %% rollback
2
