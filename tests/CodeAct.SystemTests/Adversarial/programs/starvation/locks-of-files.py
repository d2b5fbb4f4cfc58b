# attempt: file locks without number
# expect: contained
import fcntl
file = os.open("locks", os.O_CREAT | os.O_RDWR)
for n in range(200_000):
    try:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * n)
    except OSError as error:
        refused(error)
        break
