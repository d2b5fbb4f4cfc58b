# attempt: makes the whole machine write to its disk, again and again
# expect: contained
# limit: 1
while True:
    with open("x", "wb") as file:
        file.write(bytes(1 << 20))
    os.sync()
