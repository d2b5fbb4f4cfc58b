# attempt: segments, queues and semaphores that outlive their session
# expect: contained
for key in range(50):
    try:
        call(29, key + 1, 4096, 0o1666), call(68, key + 1, 0o1666), call(64, key + 1, 1, 0o1666)
    except OSError:
        break
