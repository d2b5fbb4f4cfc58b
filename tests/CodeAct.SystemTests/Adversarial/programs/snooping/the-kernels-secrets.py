# attempt: what the kernel tells to the privileged alone
# expect: refused
# floor: yes
forbidden(
    *(lambda name=name: os.open("/proc/" + name, os.O_RDWR) for name in (
        "kcore", "sysrq-trigger", "kmsg", "sys/kernel/core_pattern", "sys/kernel/hostname", "sys/vm/drop_caches", "sys/kernel/randomize_va_space")))
