# attempt: System V memory of another session, by its key and by its number
# expect: refused
# floor: yes
forbidden(lambda: call(29, 0x0C0DEAC7, 0, 0))
libc.shmat.restype = ctypes.c_long
for number in [*range(100), *(32768 * n for n in range(100))]:
    address = libc.shmat(number, None, 0o10000)
    if address != -1:
        escaped(ctypes.string_at(address, 24))
