# attempt: reads away what the host sends
# expect: contained
# floor: yes
for fd in range(1024):
    try:
        os.set_blocking(fd, False)
        os.read(fd, 1 << 20)
    except OSError:
        pass
