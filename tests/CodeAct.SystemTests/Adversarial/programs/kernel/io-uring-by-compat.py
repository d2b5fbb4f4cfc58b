# attempt: the same through the ways into the kernel for other architectures
# expect: contained
forbidden(lambda: call(0x40000000 | 425, 8, bytes(120)), lambda: call(0x40000000 | 101, 0, 0, 0, 0))
