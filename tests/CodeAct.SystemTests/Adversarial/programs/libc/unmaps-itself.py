# attempt: takes away the memory under its feet
# expect: died
# reason: SIGSEGV
import re
for line in open("/proc/self/maps"):
    begin, end = (int(n, 16) for n in line.split(" ")[0].split("-"))
    if "libc" in line and "r-xp" in line:
        libc.munmap(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin))
