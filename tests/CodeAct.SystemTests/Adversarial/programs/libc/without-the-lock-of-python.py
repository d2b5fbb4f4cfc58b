# attempt: holds the interpreter's lock and never lets go
# expect: hard
ctypes.PyDLL(None).usleep(100_000_000)
