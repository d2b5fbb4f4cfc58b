# attempt: traces a process of its own, and from there a system call that is refused
# expect: refused
# floor: yes
forbidden(lambda: call(101, 0, 0, 0, 0), lambda: call(101, 16, os.getppid(), 0, 0), lambda: call(101, 0x4206, child(lambda: time.sleep(9)), 0, 0))
