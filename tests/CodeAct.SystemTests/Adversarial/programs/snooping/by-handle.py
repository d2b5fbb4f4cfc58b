# attempt: opens a file by its handle, past every path
# expect: refused
# floor: yes
forbidden(lambda: call(303, -100, b"/", bytes(200), bytes(4), 0), lambda: call(304, 0, struct.pack("<Ii", 8, 1) + struct.pack("<II", 2, 0), 0))
