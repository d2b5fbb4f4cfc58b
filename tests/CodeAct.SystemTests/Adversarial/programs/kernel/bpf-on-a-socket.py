# attempt: a filter in the kernel, on a socket of its own, and an eBPF one
# expect: contained
a, b = socket.socketpair()
forbidden(lambda: call(321, 5, bytes(120), 120))
buffer = ctypes.create_string_buffer(struct.pack("<HBBI", 6, 0, 0, 0xFFFF))
a.setsockopt(socket.SOL_SOCKET, 26, struct.pack("<HxxxxxxQ", 1, ctypes.addressof(buffer)))
