# attempt: the same by the newer call, whose flags a filter cannot see
# expect: refused
# floor: yes
forbidden(lambda: call(435, struct.pack("<11Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88))
