# attempt: files in memory that have no name and belong to no disk
# expect: contained
# limit: 3
hoard = []
try:
    while len(hoard) < 30:
        file = os.memfd_create("hoard")
        hoard.append(file)
        os.posix_fallocate(file, 0, 50 << 20)
    escaped("1500 MB of 512")
except OSError as error:
    refused(error)
