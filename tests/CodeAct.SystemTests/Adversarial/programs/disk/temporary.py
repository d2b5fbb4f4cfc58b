# attempt: fills /tmp and /dev/shm
# expect: contained
# limit: 3
total = 0
for n, directory in enumerate(["/tmp", "/dev/shm"] * 20):
    try:
        with open(f"{directory}/{n}", "wb") as file:
            for _ in range(8):
                total += file.write(bytes(4 << 20))
    except OSError as error:
        refused(error)
if total > 300 << 20:
    escaped(f"{total} bytes in /tmp and /dev/shm")
