# attempt: overwrites the interpreter's own objects
# expect: contained
for value in range(200):
    ctypes.memset(id(value) + 16, 0xFF, 12)
print([a + b for a in range(9) for b in range(9)])
