# attempt: lets the kernel send a signal to a process of the host, as the owner of a pipe
# expect: lives
# floor: yes
import fcntl
import signal
reading, writing = os.pipe()
for pid in (CANARY["process"], -CANARY["process"]):
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, pid)
        fcntl.fcntl(reading, 10, signal.SIGKILL)  # F_SETSIG
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writing, b"x")
        os.read(reading, 1)
    except OSError as error:
        print(error)
# the host sees for itself that its process lives
