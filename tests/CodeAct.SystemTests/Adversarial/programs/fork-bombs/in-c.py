# attempt: forks in C, behind Python's back
# expect: contained
while True:
    libc.fork()
