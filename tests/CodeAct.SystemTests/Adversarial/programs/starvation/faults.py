# attempt: page faults by the million
# expect: contained
# limit: 1
import mmap
while True:
    page = mmap.mmap(-1, 64 << 20)
    for at in range(0, 64 << 20, 4096):
        page[at] = 1
    page.close()
