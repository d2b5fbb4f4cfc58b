# attempt: an engine that makes up cells for itself
# expect: contained
type(sys.stdout.output.channel).receive = lambda self: (b"R", 1, b"print('made up')")
