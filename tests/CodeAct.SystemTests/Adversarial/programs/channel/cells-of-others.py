# attempt: text in the name of cells that it is not
# expect: contained
for cell in (0, 1, 2**31, 2**32 - 1):
    for kind in (b"1", b"2", b"X", b"D"):
        os.write(CONTROL, frame(kind, b'{"text/plain":"x"}', cell))
