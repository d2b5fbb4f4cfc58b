# attempt: performance counters, the eyes of every side channel
# expect: refused
# floor: yes
forbidden(lambda: call(298, bytes(128), 0, -1, -1, 0), lambda: call(298, struct.pack("<II", 1, 128) + bytes(120), -1, 0, -1, 0))
