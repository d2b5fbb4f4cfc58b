# attempt: frames of its own of every kind there is and is not
# expect: contained
# floor: yes
for kind in range(256):
    for payload in (b"", b"{}", b"null", b"kk", b"\xff\xfe"):
        os.write(CONTROL, frame(bytes([kind]), payload, this_cell()))
while True:
    pass
