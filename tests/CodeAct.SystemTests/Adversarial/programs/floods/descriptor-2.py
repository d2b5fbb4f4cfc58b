# attempt: writes to descriptor 2 without end, below Python, and does not stop when told to
# expect: died
while True:
    try:
        while True:
            os.write(2, b"z" * 65536)
    except BaseException:
        pass
