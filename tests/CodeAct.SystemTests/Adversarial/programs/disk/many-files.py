# attempt: fills the workspace with files of an allowed size
# expect: contained
# limit: 5
try:
    for n in range(25):
        with open(f"part{n}", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 60 << 20)
    escaped("1500 MB in the workspace")
except OSError as error:
    refused(error)
finally:
    for n in range(25):
        if os.path.exists(f"part{n}"):
            os.unlink(f"part{n}")
