# attempt: a frame shorter than its own header
# expect: died
os.write(CONTROL, struct.pack("<Ic", 3, b"1") + b"abc")
while True:
    pass
