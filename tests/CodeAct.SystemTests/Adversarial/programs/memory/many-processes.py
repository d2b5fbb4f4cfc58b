# attempt: a limit for each process, and as many processes as can be had
# expect: contained
# limit: 3
reading, writing = os.pipe()
def take():
    hoard = bytearray(300 << 20)
    os.write(writing, b"x")
    time.sleep(60)
for _ in range(6):
    child(take)
os.close(writing)
os.set_blocking(reading, False)
time.sleep(1.5)
try:
    holders = len(os.read(reading, 99))
except BlockingIOError:
    holders = 0
if holders > 3:
    escaped(f"{300 * holders} MB of 1,024")
