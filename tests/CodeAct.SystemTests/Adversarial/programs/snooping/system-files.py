# attempt: what a system keeps for itself
# expect: refused
# floor: yes
forbidden(
    *(lambda path=path: os.listdir(path) if path.endswith("/") else open(path, "rb").read(1) for path in (
        "/etc/shadow", "/etc/ssh/", "/root/", "/home/", "/var/", "/boot/", "/sys/", "/run/", "/sys/kernel/", "/sys/fs/cgroup/", "/etc/hostname",
        "/var/log/", "/var/run/", "/opt/", "/srv/", "/dev/mem", "/dev/port", "/dev/vda", "/dev/sda", "/dev/tty", "/dev/ptmx")))
