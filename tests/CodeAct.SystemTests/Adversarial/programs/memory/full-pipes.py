# attempt: kernel memory, in pipes that nobody reads
# expect: contained
import fcntl
pipes = []
total = 0
try:
    while True:
        reading, writing = os.pipe()
        pipes += [reading, writing]
        try:
            fcntl.fcntl(writing, 1031, 1 << 20)
        except OSError:
            pass
        os.set_blocking(writing, False)
        try:
            while True:
                total += os.write(writing, bytes(65536))
        except BlockingIOError:
            pass
except OSError as error:
    refused(f"{error}, after {total} bytes")
if total > 512 << 20:
    escaped(f"{total} bytes")
