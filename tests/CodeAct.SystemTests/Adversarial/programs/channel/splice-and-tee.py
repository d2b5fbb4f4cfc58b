# attempt: moves pages of its own into the host's pipe and changes them there
# expect: contained
import mmap
page = mmap.mmap(-1, 1 << 16)
page.write(b"a" * (1 << 16))
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
vector = struct.pack("<QQ", address, 1 << 16)
for n in range(200):
    try:
        call(278, 1, vector, 1, 2 | 8)  # vmsplice, SPLICE_F_NONBLOCK | GIFT
    except OSError:
        pass
    ctypes.memset(address, n % 256, 1 << 16)
