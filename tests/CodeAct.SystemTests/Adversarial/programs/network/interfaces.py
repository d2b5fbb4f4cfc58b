# attempt: what there is of a network: interfaces, routes, the loopback raised
# expect: contained
import fcntl
for path in ("/proc/net/tcp", "/proc/net/route", "/proc/net/arp"):
    try:
        lines = open(path).read().splitlines()[1:]
    except OSError:
        continue
    if lines:
        escaped(f"{path}: {lines[:3]}")
forbidden(lambda: call(41, 2, 2, 0))
