# attempt: modules, another kernel, a reboot, swap
# expect: refused
# floor: yes
forbidden(
    lambda: call(175, bytes(16), 16, b""), lambda: call(313, 0, b"", 0), lambda: call(246, 0, 0, 0, 0), lambda: call(320, 0, 0, 0, 0, 0),
    lambda: call(169, 0xFEE1DEAD, 0x28121969, 0, 0), lambda: call(167, b"/workspace/x", 0), lambda: call(163, b"/workspace/x"))
