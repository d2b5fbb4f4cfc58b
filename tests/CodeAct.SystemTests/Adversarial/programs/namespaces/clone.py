# attempt: a child in a namespace of its own
# expect: refused
# floor: yes
def clone(flags):
    pid = call(56, flags | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return pid
forbidden(*(lambda flag=flag: clone(flag) for flag in (0x10000000, 0x10000000 | 0x20000000, 0x00020000, 0x40000000)))
