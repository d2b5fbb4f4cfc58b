# attempt: traces a process of the host
# expect: refused
# floor: yes
forbidden(lambda: call(101, 16, CANARY["process"], 0, 0), lambda: call(101, 0x4206, CANARY["host"], 0, 0))
