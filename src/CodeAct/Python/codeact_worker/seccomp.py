"""The filter of system calls: a list of what notebook cells and the programs that they start need; all else is refused.

What is not on the list is refused with EPERM: tracing, mounts, namespaces, modules, clocks, keys, bpf, io_uring, perf,
userfaultfd and whatever else a kernel has. What is newer than the list with ENOSYS, as a kernel without it would, for the C
library then falls back to what it did before.
"""

import errno
import socket

from . import kernel

# name: (x86_64, aarch64); None: not there. From the kernel's headers of Linux 6.1.
ALLOWED = {
    # files
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68),
    "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286), "pwritev2": (328, 287), "open": (2, None),
    "openat": (257, 56), "openat2": (437, 437), "creat": (85, None), "close": (3, 57), "close_range": (436, 436),
    "lseek": (8, 62), "stat": (4, None), "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "dup": (32, 23), "dup2": (33, None),
    "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59), "fcntl": (72, 25), "flock": (73, 32), "fsync": (74, 82),
    "fdatasync": (75, 83), "sync": (162, 81), "syncfs": (306, 267), "sync_file_range": (277, 84), "ftruncate": (77, 46),
    "fallocate": (285, 47), "fadvise64": (221, 223), "readahead": (187, 213), "getdents": (78, None), "getdents64": (217, 61),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "readlink": (89, None),
    "readlinkat": (267, 78), "unlink": (87, None), "unlinkat": (263, 35), "umask": (95, 166), "statfs": (137, 43),
    "fstatfs": (138, 44), "sendfile": (40, 71), "splice": (275, 76), "tee": (276, 77), "vmsplice": (278, 75),
    "copy_file_range": (326, 285), "mknod": (133, None), "mknodat": (259, 33), "inotify_init": (253, None),
    "inotify_init1": (294, 26), "inotify_rm_watch": (255, 28), "memfd_create": (319, 279), "getxattr": (191, 8),
    "lgetxattr": (192, 9), "fgetxattr": (193, 10), "listxattr": (194, 11), "llistxattr": (195, 12), "flistxattr": (196, 13),
    # memory
    "brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "madvise": (28, 233),
    "msync": (26, 227), "mincore": (27, 232), "mlock": (149, 228), "mlock2": (325, 284), "munlock": (150, 229),
    "mlockall": (151, 230), "munlockall": (152, 231), "membarrier": (324, 283), "pkey_mprotect": (329, 288),
    "pkey_alloc": (330, 289), "pkey_free": (331, 290), "get_mempolicy": (239, 236),
    # processes and threads
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "exit": (60, 93),
    "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95), "kill": (62, 129), "tkill": (200, 130),
    "tgkill": (234, 131), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getpgid": (121, 155),
    "setpgid": (109, 154), "getpgrp": (111, None), "getsid": (124, 156), "setsid": (112, 157), "prctl": (157, 167),
    "arch_prctl": (158, None), "set_tid_address": (218, 96), "set_robust_list": (273, 99), "get_robust_list": (274, 100),
    "rseq": (334, 293), "futex": (202, 98), "futex_waitv": (449, 449), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_getattr": (315, 275), "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "sched_rr_get_interval": (148, 127), "getpriority": (140, 141), "getrusage": (98, 165), "getrlimit": (97, 163),
    "setrlimit": (160, 164), "times": (100, 153), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "restart_syscall": (219, 128),
    "getcpu": (309, 168),
    # signals
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "sigaltstack": (131, 132), "pause": (34, None), "signalfd": (282, None), "signalfd4": (289, 74),
    # time
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "gettimeofday": (96, 169), "time": (201, None), "alarm": (37, None), "setitimer": (38, 103), "getitimer": (36, 102),
    "timer_create": (222, 107), "timer_settime": (223, 110), "timer_gettime": (224, 108), "timer_getoverrun": (225, 109),
    "timer_delete": (226, 111), "timerfd_create": (283, 85), "timerfd_settime": (286, 86), "timerfd_gettime": (287, 87),
    # waiting
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create": (213, None),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441), "eventfd": (284, None), "eventfd2": (290, 19),
    # sockets
    "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201), "getsockname": (51, 204), "getpeername": (52, 205), "sendto": (44, 206), "recvfrom": (45, 207),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269), "recvmmsg": (299, 243), "shutdown": (48, 210),
    "setsockopt": (54, 208), "getsockopt": (55, 209),
    # less rights
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445), "landlock_restrict_self": (446, 446),
    # who and where
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "capget": (125, 90), "uname": (63, 160), "sysinfo": (99, 179),
    "getrandom": (318, 278),
}
# Between sessions, unless each has an IPC namespace of its own.
SYSTEM_V = {
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187),
}
# Landlock, which alone keeps a session without a private root from the files of others, does not look at what follows.
ATTRIBUTES = {
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16)}
WATCHES = {"inotify_add_watch": (254, 27)}
TRUNCATE = {"truncate": (76, 45)}  # not before its third version
# By these the host's own user would change his files: whoever owns one needs no more than to read it, or its path alone.
METADATA = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "utime": (132, None), "utimes": (235, None),
    "utimensat": (280, 88), "futimesat": (261, None)}
OWNERS = {"chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54)}
# And by these he would hold up his other processes, or end them. Their first argument names a process, 0 the caller.
OF_A_PROCESS = {
    "sched_setaffinity": (203, 122), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "prlimit64": (302, 261)}
PRIORITY = {"setpriority": (141, 140)}  # here 0 says that the second does
SOCKET, SOCKET_PAIR, CLONE, CLONE3, IOCTL = (41, 198), (53, 199), (56, 220), (435, 435), (16, 29)
NEWEST = 451
TRUNCATE_ABI = 3
PUSH_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: keys as if typed
# FS_IOC_ SETFLAGS (and as 32-bit programs call it), FSSETXATTR, SETVERSION (likewise), ENABLE_VERITY, SET_ENCRYPTION_POLICY
METADATA_BY_IOCTL = (0x40086602, 0x40046602, 0x401C5820, 0x40087602, 0x40047602, 0x40806685, 0x800C6613)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
X32 = 0x40000000  # the second way into x86_64

NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT = 0, 4, 16, 24, 32  # offsets in struct seccomp_data
SOCKET_TYPE = 0xF  # without SOCK_CLOEXEC and SOCK_NONBLOCK


def load(offset):
    return (0x20, 0, 0, offset)


def masked(value):
    return (0x54, 0, 0, value)


def equal(value, yes, no):
    return (0x15, yes, no, value)


def at_least(value, yes, no):
    return (0x35, yes, no, value)


def any_bit(value, yes, no):
    return (0x45, yes, no, value)


def refuse(number=errno.EPERM):
    return (0x06, 0, 0, 0x00050000 | number)


def allow():
    return (0x06, 0, 0, 0x7FFF0000)


def ranges(numbers):
    """Neighbours together, so that the filter is short."""
    numbers = sorted(numbers)
    first = [n for n in numbers if n - 1 not in numbers]
    return zip(first, [n for n in numbers if n + 1 not in numbers])


def numbers_of(calls):
    column = ARCHITECTURES[kernel.MACHINE][0]
    return {numbers[column] for numbers in calls.values()} - {None}


def tcp():
    """Allows sockets of TCP and no others of the internet. Between these lines the accumulator holds something else."""
    column = ARCHITECTURES[kernel.MACHINE][0]
    return [
        equal(SOCKET[column], 0, 11),
        load(FIRST_ARGUMENT), equal(socket.AF_INET, 1, 0), equal(socket.AF_INET6, 0, 7),
        load(SECOND_ARGUMENT), masked(SOCKET_TYPE), equal(socket.SOCK_STREAM, 0, 4),
        load(THIRD_ARGUMENT), equal(0, 1, 0), equal(socket.IPPROTO_TCP, 0, 1), allow(),
        load(NUMBER)]


def pairs():
    """Allows pairs of sockets, but no datagrams: one of such a pair can send to any socket of the machine by its name."""
    column = ARCHITECTURES[kernel.MACHINE][0]
    return [
        equal(SOCKET_PAIR[column], 0, 5), load(SECOND_ARGUMENT), masked(SOCKET_TYPE),
        equal(socket.SOCK_STREAM, 1, 0), equal(socket.SOCK_SEQPACKET, 0, 1), allow(), load(NUMBER)]


def of_itself(number, *arguments):
    """Allows a call whose arguments are 0."""
    tests = []
    for index, argument in enumerate(arguments, 1):
        tests += [load(argument), equal(0, 0, 2 * (len(arguments) - index) + 1)]
    return [equal(number, 0, len(tests) + 2), *tests, allow(), load(NUMBER)]


def ioctls(refused):
    column = ARCHITECTURES[kernel.MACHINE][0]
    refusals = [equal(request, len(refused) - index, 0) for index, request in enumerate(refused)]
    return [equal(IOCTL[column], 0, len(refused) + 3), load(SECOND_ARGUMENT), *refusals, allow(), load(NUMBER)]


def program(own_spaces, own_user, landlock, network=False):
    """The filter for this machine, top to bottom; each test skips its own end when it does not apply.

    With namespaces of its own a session may use Unix sockets and System V IPC; without, it would find its neighbours there.
    With a network namespace that is no other's it may use TCP, which leads to the proxy. With neither namespaces nor a user of
    its own it changes nothing about a file but its contents, and nothing about other processes: see METADATA and what follows
    it. `landlock` is the version of Landlock.
    """
    column, architecture = ARCHITECTURES[kernel.MACHINE]
    steps = [load(ARCHITECTURE), equal(architecture, 1, 0), refuse(), load(NUMBER)]
    listed = dict(ALLOWED)
    if own_spaces:
        listed |= SYSTEM_V | ATTRIBUTES | WATCHES | {"socketpair": SOCKET_PAIR}
    if own_spaces or landlock >= TRUNCATE_ABI:
        listed |= TRUNCATE
    if own_user:
        listed |= METADATA | OWNERS | OF_A_PROCESS | PRIORITY
    for low, high in ranges(numbers_of(listed)):
        steps += [at_least(low, 0, 2), at_least(high + 1, 1, 0), allow()]
    # Answers that programs are used to, of which cp, tar, touch, pip and many others would else make an error: done, as far as
    # they can see, and a file system without attributes.
    for number in sorted(numbers_of(METADATA) - numbers_of(listed)):
        steps += [equal(number, 0, 1), refuse(0)]
    for number in sorted(numbers_of(ATTRIBUTES) - numbers_of(listed)):
        steps += [equal(number, 0, 1), refuse(errno.ENOTSUP)]
    for number in sorted(numbers_of(OF_A_PROCESS) - numbers_of(listed)):
        steps += of_itself(number, FIRST_ARGUMENT)
    for number in numbers_of(PRIORITY) - numbers_of(listed):
        steps += of_itself(number, FIRST_ARGUMENT, SECOND_ARGUMENT)
    if own_spaces:
        steps += [equal(SOCKET[column], 0, 3), load(FIRST_ARGUMENT), equal(socket.AF_UNIX, 0, 1), allow(), load(NUMBER)]
    else:
        steps += pairs()
    if network:
        steps += tcp()
    steps += [equal(CLONE[column], 0, 4), load(FIRST_ARGUMENT), any_bit(kernel.NEW_ANY, 1, 0), allow(), load(NUMBER)]
    steps += ioctls(PUSH_INTO_TERMINAL if own_user else PUSH_INTO_TERMINAL + METADATA_BY_IOCTL)
    # The flags of clone3 are out of a filter's sight; without it the C library uses clone.
    steps += [equal(CLONE3[column], 1, 0), at_least(NEWEST + 1, 0, 1), refuse(errno.ENOSYS)]
    return kernel.FilterProgram([*steps, refuse()])
