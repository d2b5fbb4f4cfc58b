# attempt: a limit for each process, and as many processes as can be had
# expect: contained
# limit: 3
reading, writing = os.pipe()
def take():
    hoard = bytearray(300 << 20)
    os.write(writing, b"%8d" % os.getpid())
    time.sleep(60)
children = [child(take) for _ in range(6)]
os.close(writing)
os.set_blocking(reading, False)
time.sleep(1.5)
try:
    told = os.read(reading, 99)
except BlockingIOError:
    told = b""
full = {int(told[at:at + 8]) for at in range(0, len(told), 8)}
holders = sum(pid in full and os.waitpid(pid, os.WNOHANG) == (0, 0) for pid in children)
if holders > 3:
    escaped(f"{300 * holders} MB of 1,024")
