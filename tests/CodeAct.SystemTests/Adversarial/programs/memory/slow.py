# attempt: all the memory there is, a little at a time
# expect: contained
# limit: 3
# floor: yes
hoard = []
try:
    while len(hoard) < 1500:
        hoard.append(bytearray(1 << 20))
    escaped("1500 MB of 512")
except MemoryError:
    hoard.clear()
    refused()
