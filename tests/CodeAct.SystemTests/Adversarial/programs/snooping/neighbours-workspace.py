# attempt: the files of another session, by every name that they have
# expect: refused
# floor: yes
forbidden(
    lambda: open(CANARY["neighbour"] + "/secret").read(), lambda: os.listdir(CANARY["neighbour"]), lambda: open(CANARY["neighbour"] + "/x", "w"),
    lambda: os.listdir(os.path.dirname(CANARY["neighbour"])), lambda: open("../secret").read(), lambda: open("/../" + CANARY["neighbour"] + "/secret"),
    lambda: os.open("/proc/1/root" + CANARY["neighbour"], os.O_RDONLY), lambda: os.open("/proc/self/cwd/.." + CANARY["neighbour"], os.O_RDONLY))
