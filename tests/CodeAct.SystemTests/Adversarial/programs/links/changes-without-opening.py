# attempt: changes the host's files by calls that open nothing
# expect: refused
# floor: yes
def alter(path, change):
    """Where the host's user is the session's, the calls may say that they have done it."""
    before = os.stat(path)
    change(path)
    after = os.stat(path)
    if (before.st_mode, before.st_uid, before.st_mtime, before.st_size) == (after.st_mode, after.st_uid, after.st_mtime, after.st_size):
        raise PermissionError("nothing has come of it")
def link(path):
    os.symlink(path, "link")
    return "link"
forbidden(
    *(lambda change=change: alter(CANARY["victim"], change) for change in (
        lambda path: os.chmod(path, 0), lambda path: os.utime(path, (1, 1)), lambda path: os.chown(path, os.getuid(), -1),
        lambda path: os.chmod(link(path), 0), lambda path: os.chmod(f"/proc/self/fd/{os.open(path, os.O_PATH)}", 0),
        lambda path: os.fchmod(os.open(path, os.O_PATH), 0), lambda path: os.truncate(path, 0),
        lambda path: call(260, os.open(path, os.O_PATH), b"", os.getuid(), -1, 0x1000), lambda path: call(452, -100, path.encode(), 0, 0))),
    lambda: os.setxattr(CANARY["victim"], "user.x", b"x"), lambda: os.removexattr(CANARY["victim"], "user.x"),
    lambda: os.setxattr("/usr/bin/env", "user.x", b"x"))
