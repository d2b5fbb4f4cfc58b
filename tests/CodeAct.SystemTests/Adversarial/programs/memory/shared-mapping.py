# attempt: shared anonymous memory, which limits on private memory do not count
# expect: contained
# limit: 3
import mmap
hoard = []
try:
    while len(hoard) < 12:
        piece = mmap.mmap(-1, 128 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
        hoard.append(piece)
        ctypes.memset(ctypes.addressof(ctypes.c_char.from_buffer(piece)), 1, 128 << 20)
    escaped("1536 MB of 512")
except (OSError, MemoryError) as error:
    refused(error)
