# attempt: system calls that no filter sees
# expect: refused
# floor: yes
forbidden(lambda: call(425, 8, bytes(120)), lambda: call(426, 0, 0, 0, 0, 0, 0), lambda: call(427, 0, 0, 0, 0))
