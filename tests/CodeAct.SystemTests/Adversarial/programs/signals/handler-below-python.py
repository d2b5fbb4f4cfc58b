# attempt: takes the signal away from Python, in C
# expect: hard
libc.signal(2, ctypes.c_void_p(1))
while True:
    pass
