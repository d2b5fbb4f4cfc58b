# attempt: mounts, the old way and the new
# expect: refused
# floor: yes
forbidden(
    lambda: call(165, b"tmpfs", b"/tmp", b"tmpfs", 0, 0), lambda: call(165, b"/", b"/tmp", b"", 4096, 0), lambda: call(166, b"/workspace", 2),
    lambda: call(430, b"tmpfs", 0), lambda: call(428, -100, b"/", 1), lambda: call(429, -100, b"/", -100, b"/tmp", 0),
    lambda: call(442, -100, b"/", 0, bytes(32), 32))
