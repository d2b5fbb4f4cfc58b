# attempt: a file as large as the disk
# expect: contained
# floor: yes
# limit: 3
try:
    with open("big", "wb") as file:
        for _ in range(100):
            file.write(bytes(4 << 20))
    escaped("a file of 400 MB where 64 were allowed")
except OSError as error:
    refused(error)
