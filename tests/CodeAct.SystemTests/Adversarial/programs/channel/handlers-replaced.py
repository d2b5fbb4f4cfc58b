# attempt: replaces what turns a signal into an interrupt
# expect: contained
interrupts = sys.stdout.output.interrupts
type(interrupts).on_signal = lambda self, number, frame: None
type(interrupts).start = lambda self: None
interrupts.shielded = 10**9
while True:
    pass
