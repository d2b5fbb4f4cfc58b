# attempt: changes files that it may read, by what a descriptor for reading is good for
# expect: refused
# floor: yes
import fcntl, sysconfig
def alter(path, change):
    before = os.stat(path)
    change(os.open(path, os.O_RDONLY))
    after = os.stat(path)
    if (before.st_mode, before.st_uid, before.st_mtime) == (after.st_mode, after.st_uid, after.st_mtime):
        raise PermissionError("nothing has come of it")
flags = bytes([0x80, 0, 0, 0, 0, 0, 0, 0])  # FS_NOATIME_FL
forbidden(
    *(lambda path=path, change=change: alter(path, change)
      for path in (sys.executable, os.__file__, sysconfig.get_path("purelib"))
      for change in (
          lambda fd: os.fchmod(fd, 0o6777), lambda fd: os.utime(fd, (1, 1)), lambda fd: os.fchown(fd, os.getuid(), -1),
          lambda fd: os.setxattr(fd, "user.x", b"x"), lambda fd: fcntl.ioctl(fd, 0x40086602, flags), lambda fd: os.ftruncate(fd, 0))))
