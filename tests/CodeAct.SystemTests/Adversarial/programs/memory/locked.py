# attempt: memory that cannot be swapped
# expect: refused
# floor: yes
import mmap
hoard = mmap.mmap(-1, 100 << 20)
def lock():
    if libc.mlock(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(hoard))), ctypes.c_size_t(100 << 20)) == -1:
        raise OSError(ctypes.get_errno(), "mlock")
forbidden(lock)
