# attempt: a file of 8 exabytes that is not there
# expect: refused
# floor: yes
file = os.open("sparse", os.O_CREAT | os.O_RDWR)
forbidden(lambda: os.ftruncate(file, 1 << 62), lambda: os.truncate("sparse", 1 << 40), lambda: os.pwrite(file, b"x", 1 << 50))
