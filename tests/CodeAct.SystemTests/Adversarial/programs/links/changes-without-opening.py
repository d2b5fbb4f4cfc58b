# attempt: changes the host's files by calls that open nothing
# expect: refused
# floor: yes
forbidden(
    lambda: os.chmod(CANARY["victim"], 0), lambda: os.setxattr(CANARY["victim"], "user.x", b"x"), lambda: os.chown(CANARY["victim"], os.getuid(), -1),
    lambda: os.setxattr("/usr/bin/env", "user.x", b"x"))
