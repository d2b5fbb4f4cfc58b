# attempt: a socket of every family and type that there is
# expect: refused
# floor: yes
for family in range(2, 46):
    for kind in (1, 2, 3, 5, 10):
        for protocol in (0, 1, 15, 16):
            try:
                made = socket.socket(family, kind, protocol)
            except OSError:
                continue
            escaped(f"family {family}, type {kind}: {made}")
refused()
