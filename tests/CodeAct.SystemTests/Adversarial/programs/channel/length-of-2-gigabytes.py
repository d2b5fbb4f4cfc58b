# attempt: the greatest length that is not negative
# expect: died
os.write(CONTROL, struct.pack("<IcI", 0x7FFFFFFF, b"1", this_cell()) + bytes(100_000))
while True:
    pass
