# attempt: a header alone, and then silence
# expect: hard
os.write(CONTROL, struct.pack("<Ic", 10_000_000, b"1"))
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
