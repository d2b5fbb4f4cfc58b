# attempt: each process forks the next and ends, so that its number is never the same
# expect: contained
# floor: yes
if libc.fork() == 0:
    os.setsid()
    while True:
        if libc.fork() > 0:
            os._exit(0)
time.sleep(0.2)
