# attempt: timers without number, each of which interrupts the kernel
# expect: contained
made = 0
try:
    for made in range(100_000):
        timer = ctypes.c_long()
        call(222, 1, 0, ctypes.addressof(timer))
except OSError as error:
    refused(f"{error}, after {made}")
