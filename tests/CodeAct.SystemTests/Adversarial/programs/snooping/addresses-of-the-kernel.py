# attempt: where the kernel lies in memory
# expect: contained
try:
    lines = open("/proc/kallsyms").read(4000).splitlines()
    if any(int(line.split()[0], 16) for line in lines):
        escaped("addresses of the kernel")
except OSError as error:
    refused(error)
try:
    for line in open("/proc/self/pagemap", "rb").read(8 * 1000)[:8]:
        pass
    entry = struct.unpack("<Q", os.pread(os.open("/proc/self/pagemap", os.O_RDONLY), 8, (id(kept) // 4096) * 8))[0]
    if entry & ((1 << 55) - 1):
        escaped("physical addresses")
except OSError as error:
    refused(error)
