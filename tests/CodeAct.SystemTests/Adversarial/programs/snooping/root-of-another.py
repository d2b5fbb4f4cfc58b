# attempt: out of its root, by the tricks that there are
# expect: refused
forbidden(lambda: os.chroot("."), lambda: os.fchdir(os.open("/proc/1/root/..", os.O_RDONLY)) or open(CANARY["secret"]).read())
