# attempt: the names of other sessions' sockets, in the kernel's list of them
# expect: contained
# floor: yes
for path in ("/proc/net/unix", "/proc/self/net/unix", f"/proc/{os.getpid()}/task/{os.getpid()}/net/unix"):
    try:
        print(open(path).read())
    except OSError as error:
        refused(error)
