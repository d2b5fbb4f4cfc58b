# attempt: descriptors that it was not meant to have
# expect: contained
# floor: yes
for fd in sorted(int(n) for n in os.listdir("/proc/self/fd")):
    try:
        target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    print(fd, target)
    if fd > 3 and not target.startswith("/proc"):
        escaped(f"descriptor {fd}: {target}")
