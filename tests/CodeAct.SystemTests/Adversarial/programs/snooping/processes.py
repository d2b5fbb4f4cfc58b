# attempt: what can be seen of processes that are not its own
# expect: contained
# floor: yes
try:
    seen = [pid for pid in os.listdir("/proc") if pid.isdigit()]
except OSError as error:
    refused(error)
    seen = []
for pid in [*seen, CANARY["host"], CANARY["process"], os.getppid()]:
    for name in ("cmdline", "status", "maps", "environ", "fd", "root", "cwd", "mem"):
        path = f"/proc/{pid}/{name}"
        try:
            if int(pid) in (os.getpid(), 0) or os.getpid() in (int(pid), os.getsid(int(pid))):
                continue
            data = os.listdir(path) if name in ("fd", "root", "cwd") else open(path, "rb").read(100)
        except OSError as error:
            continue
        if data and str(pid) in map(str, (CANARY["host"], CANARY["process"])):
            escaped(f"{path}: {data}")
