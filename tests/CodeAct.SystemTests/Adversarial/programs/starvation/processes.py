# attempt: all the processes of the machine
# expect: contained
# limit: 2
made = 0
while True:
    try:
        if libc.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
        if made > 1000:
            escaped("a thousand processes")
            break
    except OSError:
        break
    if made > 64 and made % 100 == 0:
        break
