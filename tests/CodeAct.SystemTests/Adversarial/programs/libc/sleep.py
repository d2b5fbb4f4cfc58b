# attempt: sleeps in C, and comes back only to sleep again
# expect: hard
while True:
    try:
        libc.sleep(1000)
    except BaseException:
        pass
