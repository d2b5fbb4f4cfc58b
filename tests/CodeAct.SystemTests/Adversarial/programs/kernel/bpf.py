# attempt: programs in the kernel
# expect: refused
# floor: yes
forbidden(lambda: call(321, 0, bytes(72), 72))
