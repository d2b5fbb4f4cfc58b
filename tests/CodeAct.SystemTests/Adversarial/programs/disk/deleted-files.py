# attempt: fills the disk with files that have no name any more
# expect: contained
# limit: 5
files = []
try:
    for n in range(25):
        files.append(open("part", "wb"))
        os.unlink("part")
        os.posix_fallocate(files[-1].fileno(), 0, 60 << 20)
    escaped("1500 MB in the workspace")
except OSError as error:
    refused(error)
