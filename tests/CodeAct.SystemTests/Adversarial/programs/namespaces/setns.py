# attempt: into the namespaces of another process
# expect: refused
# floor: yes
forbidden(
    lambda: call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0), lambda: call(308, os.open("/proc/1/ns/mnt", os.O_RDONLY), 0),
    lambda: call(308, os.pidfd_open(os.getpid()), 0x10000000))
