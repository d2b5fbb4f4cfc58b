# attempt: writes to stderr without end
# expect: contained
while True:
    sys.stderr.write("y" * 10_000)
