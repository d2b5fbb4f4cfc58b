# attempt: files without number in the workspace
# expect: contained
# limit: 5
try:
    for n in range(150_000):
        os.mknod(f"f{n}")
    escaped("150,000 files in the workspace")
except OSError as error:
    refused(error)
