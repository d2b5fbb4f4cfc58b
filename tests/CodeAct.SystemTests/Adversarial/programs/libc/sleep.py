# attempt: sleeps in C, which goes on after a signal
# expect: hard
while True:
    libc.sleep(1000)
