# attempt: named memory of another session
# expect: refused
# floor: yes
forbidden(lambda: open("/dev/shm/codeact-neighbour").read(), lambda: os.open("/proc/1/root/../dev/shm/codeact-neighbour", os.O_RDONLY))
if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.R_OK):
    try:
        names = os.listdir("/dev/shm")
    except OSError:
        names = []
    if names:
        escaped(names)
