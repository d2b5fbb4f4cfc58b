# attempt: writes to descriptor 1 without end, below Python
# expect: contained
# floor: yes
while True:
    os.write(1, b"z" * 65536)
