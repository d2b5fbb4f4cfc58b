# attempt: locks on files that all sessions see
# expect: contained
# floor: yes
import fcntl
for path in ("/usr/bin/python3", "/usr/bin/env", "/etc/ld.so.cache", "/dev/null"):
    try:
        file = os.open(path, os.O_RDONLY)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.fcntl(file, 1024, 1)  # F_SETLEASE
    except OSError as error:
        refused(error)
