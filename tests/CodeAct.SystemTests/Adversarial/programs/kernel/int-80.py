# attempt: 32-bit system calls out of 64-bit code: numbers of another table
# expect: contained
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\x53\x48\x89\xf8\x48\x89\xf3\x48\x89\xd1\xcd\x80\x5b\xc3")  # eax, ebx = arguments 1 and 2
enter = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
for number in (26, 310, 346, 425, 359):
    answer = enter(number, 0, 0)
    if answer >= 0:
        escaped(f"int 0x80 {number} gave {answer}")
refused()
