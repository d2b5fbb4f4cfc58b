# attempt: files that hang whoever opens them, or are devices
# expect: refused
# floor: yes
import stat
os.mkfifo("fifo")
forbidden(
    lambda: os.mknod("disk", 0o666 | stat.S_IFBLK, os.makedev(254, 0)), lambda: os.mknod("kmem", 0o666 | stat.S_IFCHR, os.makedev(1, 1)),
    lambda: os.open("/dev/kmsg", os.O_RDWR), lambda: os.open("/dev/fuse", os.O_RDWR), lambda: os.open("/dev/kvm", os.O_RDWR))
