# attempt: random bytes to every descriptor
# expect: contained
# floor: yes
import random
for fd in range(1024):
    try:
        os.write(fd, random.randbytes(1000))
    except OSError:
        pass
while True:
    pass
