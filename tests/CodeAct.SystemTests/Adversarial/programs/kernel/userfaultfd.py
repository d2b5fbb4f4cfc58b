# attempt: page faults that it answers itself, the friend of every race
# expect: refused
# floor: yes
forbidden(lambda: call(323, 0), lambda: call(323, 1), lambda: os.open("/dev/userfaultfd", os.O_RDWR))
