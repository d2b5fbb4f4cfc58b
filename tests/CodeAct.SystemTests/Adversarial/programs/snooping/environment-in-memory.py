# attempt: the host's environment and secrets anywhere in its own memory, which is a copy of the template's
# expect: contained
# limit: 5
needle = CANARY["variable"].encode()
found = []
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps.read().splitlines():
        begin, end = (int(n, 16) for n in line.split(" ")[0].split("-"))
        if " r" in line and end - begin < 200 << 20 and "[v" not in line:
            try:
                memory.seek(begin)
                data = memory.read(end - begin)
            except OSError:
                continue
            at = data.find(needle + b"=")
            if at >= 0:
                found.append(data[at:at + 80])
if found:
    escaped(found)
