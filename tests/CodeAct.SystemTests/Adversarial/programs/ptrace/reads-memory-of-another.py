# attempt: memory of another process without tracing it
# expect: refused
# floor: yes
buffer = ctypes.create_string_buffer(64)
vector = struct.pack("<QQ", ctypes.addressof(buffer), 64)
forbidden(
    lambda: call(310, CANARY["process"], vector, 1, vector, 1, 0), lambda: call(311, CANARY["process"], vector, 1, vector, 1, 0),
    lambda: call(310, os.getppid(), vector, 1, vector, 1, 0), lambda: open(f"/proc/{CANARY['process']}/mem", "rb"),
    lambda: call(440, os.pidfd_open(os.getpid()), 0, 0), lambda: call(438, os.pidfd_open(os.getpid()), CONTROL, 0), lambda: call(312, 1, 2, 0, 0, 0))
