# attempt: undoes what cannot be undone: no_new_privs, seccomp, the bounding set
# expect: refused
# floor: yes
def raised(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
forbidden(
    lambda: raised(libc.prctl(38, 0, 0, 0, 0)), lambda: raised(libc.prctl(22, 0, 0, 0, 0)), lambda: raised(libc.prctl(28, 0x2F, 0, 0, 0)),
    lambda: raised(libc.prctl(47, 2, 1, 0, 0)))
