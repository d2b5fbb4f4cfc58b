# attempt: the host's files by their own names
# expect: refused
# floor: yes
forbidden(
    lambda: open(CANARY["secret"]).read(), lambda: open(CANARY["victim"], "w").write("x"), lambda: os.listdir(CANARY["listed"]),
    lambda: open(CANARY["drop"] + "/x", "w"), lambda: os.unlink(CANARY["victim"]), lambda: os.rename(CANARY["victim"], "v"),
    lambda: os.truncate(CANARY["victim"], 0))
