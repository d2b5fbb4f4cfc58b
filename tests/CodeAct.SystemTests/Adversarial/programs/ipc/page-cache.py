# attempt: writes to pages of files that all sessions share
# expect: refused
# floor: yes
import mmap
def write_mapped(path):
    file = os.open(path, os.O_RDONLY)
    return mmap.mmap(file, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
forbidden(lambda: write_mapped("/usr/bin/env"), lambda: os.open("/proc/self/exe", os.O_RDWR), lambda: os.open("/usr/bin/python3", os.O_WRONLY | os.O_TRUNC))
