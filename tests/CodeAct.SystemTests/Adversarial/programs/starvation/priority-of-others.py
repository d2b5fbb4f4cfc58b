# attempt: a worse place for the others
# expect: refused
# floor: yes
def worse(kind, who):
    os.setpriority(kind, who, 19)
forbidden(
    lambda: worse(os.PRIO_PROCESS, CANARY["process"]), lambda: worse(os.PRIO_PROCESS, CANARY["host"]), lambda: os.sched_setaffinity(CANARY["process"], {0}))
