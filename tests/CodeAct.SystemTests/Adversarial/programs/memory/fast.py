# attempt: all the memory there is, at once
# expect: lives
# floor: yes
forbidden(lambda: bytearray(1 << 40), lambda: bytearray(600 << 20))
