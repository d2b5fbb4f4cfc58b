# attempt: links that lead outside, for the session and for the host to follow
# expect: refused
# floor: yes
os.symlink(CANARY["secret"], "to a secret")
os.symlink(CANARY["directory"], "to a directory")
os.symlink("/proc/1/root" + CANARY["secret"], "by way of another process")
forbidden(
    lambda: open("to a secret").read(), lambda: os.listdir("to a directory"), lambda: open("by way of another process").read(),
    lambda: open("to a directory/victim", "w"), lambda: os.link(CANARY["secret"], "hard"))
