# attempt: keys of the user or of another session
# expect: refused
# floor: yes
forbidden(lambda: call(250, 0, -3, 1), lambda: call(250, 6, -4, 0, 0), lambda: call(248, b"user", b"codeact", b"x", 1, -4), lambda: call(249, b"user", b"codeact", 0, 0))
