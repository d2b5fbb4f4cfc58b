"""The filter of system calls: what a notebook cell never needs is refused with EPERM."""

import errno
import socket

from . import kernel

# name: (x86_64, aarch64); None: not there. From the kernel's syscall tables.
DENIED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "unshare": (272, 97), "setns": (308, 268),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "syslog": (103, 116), "sethostname": (170, 161), "setdomainname": (171, 162), "vhangup": (153, 58),
    "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
}
SOCKET, CLONE, CLONE3 = (41, 198), (56, 220), (435, 435)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH
X32 = 0x40000000  # the second way into x86_64

ALLOW = 0x7FFF0000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data


def load(offset):
    return (0x20, 0, 0, offset)


def equal(value, yes, no):
    return (0x15, yes, no, value)


def at_least(value, yes, no):
    return (0x35, yes, no, value)


def any_bit(value, yes, no):
    return (0x45, yes, no, value)


def refuse(number=errno.EPERM):
    return (0x06, 0, 0, 0x00050000 | number)


def program(unix_sockets):
    """The filter for this machine, top to bottom; each test skips its own refusal when it does not apply."""
    column, architecture = ARCHITECTURES[kernel.MACHINE]
    steps = [load(ARCHITECTURE), equal(architecture, 1, 0), refuse(), load(NUMBER)]
    if kernel.MACHINE == "x86_64":
        steps += [at_least(X32, 0, 1), refuse()]
    for numbers in DENIED.values():
        if numbers[column] is not None:
            steps += [equal(numbers[column], 0, 1), refuse()]
    if unix_sockets:
        steps += [equal(SOCKET[column], 0, 4), load(FIRST_ARGUMENT), equal(socket.AF_UNIX, 1, 0), refuse(), load(NUMBER)]
    else:
        steps += [equal(SOCKET[column], 0, 1), refuse()]
    steps += [equal(CLONE[column], 0, 4), load(FIRST_ARGUMENT), any_bit(kernel.NEW_ANY, 0, 1), refuse(), load(NUMBER)]
    # The flags of clone3 are out of a filter's sight; without it the C library uses clone.
    steps += [equal(CLONE3[column], 0, 1), refuse(errno.ENOSYS)]
    return kernel.FilterProgram([*steps, (0x06, 0, 0, ALLOW)])
