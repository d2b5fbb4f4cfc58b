# attempt: files without number in /tmp
# expect: contained
# limit: 5
made = 0
try:
    for made in range(300_000):
        os.mknod(f"/tmp/{made}")
    escaped(f"{made} files in /tmp")
except OSError as error:
    refused(error)
