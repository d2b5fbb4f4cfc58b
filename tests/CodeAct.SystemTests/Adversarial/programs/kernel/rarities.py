# attempt: interfaces that few programs need and many exploits do
# expect: refused
# floor: yes
forbidden(
    lambda: call(135, 0x0040000), lambda: call(300, 0, 0), lambda: call(301, 0, 0, 0, 0, b"/"), lambda: call(154, 1, bytes(16), 16), lambda: call(172, 3),
    lambda: call(447, 0), lambda: call(256, 0, 0, 0, 0), lambda: call(279, 0, 0, 0, 0, 0, 0), lambda: call(237, 0, 0, 0, 0, 0, 0), lambda: call(206, 8, bytes(8)),
    lambda: call(212, 0, 0, 0), lambda: call(103, 3, 0, 0), lambda: call(448, 0, 0), lambda: call(453, 0, 0, 0, 0))
