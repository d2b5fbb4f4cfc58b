# attempt: tells the host that an interrupt did what it did not
# expect: contained
output = sys.stdout.output
output.end = lambda status: output.channel.send(b".", output.cell, b"ki")
output.interrupts.on_signal = lambda number, frame: None
output.interrupts.start = lambda: None
# %%
while True:
    pass
