# attempt: the environment of the host, of anybody
# expect: contained
# floor: yes
if CANARY["variable"] in os.environ:
    escaped("the host's environment")
for pid in ["self", "1", *os.listdir("/proc/self/task"), CANARY["host"], os.getppid()]:
    try:
        data = open(f"/proc/{pid}/environ", "rb").read()
    except OSError:
        continue
    print(data)
    if CANARY["variable"].encode() in data:
        escaped(f"the environment of {pid}")
