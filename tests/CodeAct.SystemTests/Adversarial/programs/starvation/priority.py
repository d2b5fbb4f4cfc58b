# attempt: a better place in the queue for the processor
# expect: refused
# floor: yes
forbidden(
    lambda: os.nice(-5), lambda: os.setpriority(os.PRIO_PROCESS, 0, -10), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(99)), lambda: call(314, 0, struct.pack("<IIQiIQQQ", 48, 6, 0, 0, 0, 10**6, 10**7, 10**7), 0),
    lambda: open("/proc/self/oom_score_adj", "w").write("-1000"), lambda: call(251, 1, 0, 0x2000))
