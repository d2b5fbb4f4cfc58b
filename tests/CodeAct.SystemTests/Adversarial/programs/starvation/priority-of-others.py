# attempt: a worse place, and lower limits, for the others
# expect: refused
# floor: yes
def worse(kind, who):
    os.setpriority(kind, who, 19)
import resource
forbidden(
    *(attempt for process in (CANARY["process"], CANARY["host"]) for attempt in (
        lambda process=process: worse(os.PRIO_PROCESS, process), lambda process=process: os.sched_setaffinity(process, {0}),
        lambda process=process: os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0)),
        lambda process=process: resource.prlimit(process, resource.RLIMIT_NOFILE, (5, 5)))))
