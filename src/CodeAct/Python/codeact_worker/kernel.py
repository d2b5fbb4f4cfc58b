"""System calls that Python has no name for, through ctypes. Each raises OSError that names the call."""

import contextlib
import ctypes
import errno
import os
import platform

MACHINE = platform.machine()
_libc = ctypes.CDLL(None, use_errno=True)
_held = ctypes.PyDLL(None, use_errno=True)  # with the interpreter's lock held, so that a child has it
_fork, _syscall_held = _held.fork, _held.syscall
_prctl = _libc.prctl  # with types, ctypes makes no objects: each would copy pages that processes share
_prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)

# sched.h
NEWNS, NEWUTS, NEWIPC = 0x00020000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
NEW_ANY = NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | 0x02000000 | 0x00000080  # and cgroup, time

# sched.h and sys/wait.h
CHILD_CLEARTID, CHILD_SETTID = 0x00200000, 0x01000000
WALL = 0x40000000

# sys/mount.h
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
BIND, REC, PRIVATE = 4096, 16384, 1 << 18
DETACH = 2

# asm-generic/mman-common.h
COLLAPSE = 25
HUGE_PAGE = 2 << 20

# linux/prctl.h
SET_PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP = 1, 4, 24
SET_SECCOMP, SET_NO_NEW_PRIVS, SET_CHILD_SUBREAPER, GET_CHILD_SUBREAPER = 22, 38, 36, 37
GET_TID_ADDRESS = 40
SECCOMP_MODE_FILTER = 2

_CLONE = {"x86_64": 56, "aarch64": 220}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_OPEN_TREE, _MOVE_MOUNT = 428, 429
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_KEYCTL = {"x86_64": 250, "aarch64": 219}
_OPENAT2 = 437
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000


def _check(result, call):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
    return result


def _syscall(call, number, *arguments):
    return _check(_libc.syscall(ctypes.c_long(number), *arguments), call)


def fork():
    """Forks without Python's own work after a fork, which lets go of other threads and copies 0.8 MB of pages to do it.

    For a process with a single thread. What was asked to be done at a fork is left out too: see worker.reseed.
    """
    return _check(_fork(), "fork")


def fork_unseen():
    """As fork, but the child is none of those that wait() finds and announces its end to nobody: wait for it with WALL.

    So code that waits until it has no children is not kept waiting by one that it knows nothing of. By way of the system call
    that the C library's fork makes too, with its address for the number of the thread.
    """
    address = ctypes.c_uint64()
    try:
        prctl(GET_TID_ADDRESS, ctypes.addressof(address))
    except OSError:  # a kernel without it
        return fork()
    pointers = (0, address.value, 0) if MACHINE == "x86_64" else (0, 0, address.value)  # parent's, child's, storage in this order
    flags = CHILD_CLEARTID | CHILD_SETTID  # and no signal
    return _check(_syscall_held(*map(ctypes.c_long, (_CLONE[MACHINE], flags, 0, *pointers))), "clone")


def make_huge(start, end):
    """Puts memory that is there into pages of 2 MiB, as far as they lie in it; what cannot be stays as it is."""
    start = -(-start // HUGE_PAGE) * HUGE_PAGE
    for address in range(start, end - HUGE_PAGE + 1, HUGE_PAGE):
        _libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(HUGE_PAGE), COLLAPSE)


def unshare(flags):
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor, kind):
    _check(_libc.setns(descriptor, kind), "setns")


def mount(source, target, kind="", flags=0, data=""):
    result = _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    _check(result, f"mount {source or kind} on {target}")


def mount_attributes(target, attributes):
    """Sets RDONLY and the like on a mount and all below it."""
    value = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    _syscall(
        f"mount_setattr {target}", _MOUNT_SETATTR, ctypes.c_int(_AT_FDCWD), target.encode(),
        ctypes.c_uint(_AT_RECURSIVE), ctypes.byref(value), ctypes.c_size_t(ctypes.sizeof(value)))


def copy_of_mount(path):
    """A descriptor of a second mount of what is mounted at `path`, which is nowhere yet; see move_mount."""
    flags = os.O_CLOEXEC | 1  # OPEN_TREE_CLONE
    return _syscall(f"open_tree {path}", _OPEN_TREE, ctypes.c_int(_AT_FDCWD), path.encode(), ctypes.c_uint(flags))


def move_mount(descriptor, target):
    from_descriptor = 0x4  # MOVE_MOUNT_F_EMPTY_PATH
    _syscall(
        f"move_mount {target}", _MOVE_MOUNT, ctypes.c_int(descriptor), b"", ctypes.c_int(_AT_FDCWD), target.encode(),
        ctypes.c_uint(from_descriptor))


def pivot_root(new, old):
    _syscall("pivot_root", _PIVOT_ROOT[MACHINE], new.encode(), old.encode())


def umount(target, flags):
    _check(_libc.umount2(target.encode(), flags), f"umount {target}")


def open_without_links(path):
    """A descriptor for nothing but to name what is there, unless a link is on the way."""
    how = (ctypes.c_uint64 * 3)(os.O_PATH | os.O_CLOEXEC, 0, 0x04)  # RESOLVE_NO_SYMLINKS
    return _syscall(
        f"openat2 {path}", _OPENAT2, ctypes.c_int(_AT_FDCWD), path.encode(), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how)))


def new_keyring():
    """Leaves the session keyring of whoever started us for an empty one."""
    with contextlib.suppress(OSError):  # a kernel, or a container, that has no keys at all
        _syscall("keyctl", _KEYCTL[MACHINE], ctypes.c_int(1), None)  # KEYCTL_JOIN_SESSION_KEYRING


def prctl(option, value=0, pointer=None):
    return _check(_prctl(option, value, pointer, 0, 0), "prctl")


def is_child_subreaper():
    answer = ctypes.c_int()
    prctl(GET_CHILD_SUBREAPER, ctypes.addressof(answer))
    return bool(answer.value)


def drop_bounding_set():
    """No program that is run can give a capability back. Needs CAP_SETPCAP."""
    for capability in range(64):
        if _prctl(CAPBSET_DROP, capability, None, 0, 0) == -1:
            if ctypes.get_errno() == errno.EINVAL:  # beyond the last one that this kernel has
                return
            raise PermissionError("prctl: the bounding set cannot be dropped")


def clear_capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def landlock_abi():
    """The version of Landlock; 0 when there is none."""
    try:
        return _syscall("landlock", _LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        return 0


def landlock_ruleset(files, network, scopes, abi):
    attributes = (ctypes.c_uint64 * 3)(files, network, scopes)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    return _syscall("landlock_create_ruleset", _LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))


def landlock_allow_connect(ruleset, port):
    rule = (ctypes.c_uint64 * 2)(2, port)  # LANDLOCK_ACCESS_NET_CONNECT_TCP
    _syscall(
        "landlock_add_rule", _LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(2), ctypes.byref(rule), ctypes.c_uint(0))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def landlock_allow(ruleset, path, access):
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(access, parent)
        _syscall(
            f"landlock_add_rule {path}", _LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), ctypes.byref(rule),
            ctypes.c_uint(0))
    finally:
        os.close(parent)


def landlock_restrict(ruleset):
    _syscall("landlock_restrict_self", _LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint(0))


class FilterProgram(ctypes.Structure):
    """struct sock_fprog with its instructions."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]

    def __init__(self, instructions):
        class Instruction(ctypes.Structure):
            _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint)]

        self.array = (Instruction * len(instructions))(*instructions)
        super().__init__(len(instructions), ctypes.cast(self.array, ctypes.c_void_p))


def seccomp(program):
    _check(_prctl(SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0), "seccomp filter")
