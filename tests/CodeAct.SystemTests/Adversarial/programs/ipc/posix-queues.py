# attempt: message queues, which belong to the machine
# expect: refused
# floor: yes
forbidden(lambda: call(240, b"codeact", 0o102, 0o666, 0), lambda: call(240, b"codeact", 0, 0, 0))
