# attempt: a length that no host can hold
# expect: died
# floor: yes
os.write(CONTROL, struct.pack("<IcI", 0xFFFFFFFF, b"1", this_cell()) + bytes(100_000))
while True:
    pass
