# attempt: takes privileges by way of C
# expect: refused
# floor: yes
class Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
def capabilities():
    sets = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    return call(126, ctypes.addressof(Header(0x20080522, 0)), ctypes.addressof(sets))
forbidden(capabilities, lambda: call(105, 0), lambda: call(117, 0, 0, 0), lambda: call(161, b"/tmp"), lambda: call(155, b".", b"."))
