# attempt: System V segments, which stay without a process
# expect: contained
# limit: 3
total = 0
try:
    while total < 1500:
        segment = call(29, 0, 100 << 20, 0o1600)
        libc.shmat.restype = ctypes.c_void_p
        address = libc.shmat(segment, None, 0)
        ctypes.memset(address, 1, 100 << 20)
        libc.shmdt(ctypes.c_void_p(address))
        total += 100
    escaped("1500 MB of 512")
except OSError as error:
    refused(error)
