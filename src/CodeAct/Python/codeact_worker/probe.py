"""Tries, from inside a sandbox, what a session must not be able to do; the answer is the report that people read.

The template lays out bait, such as another session's files and a socket that anyone may connect to. A child then enters the
sandbox as a worker does and goes for it.
"""

import _thread
import contextlib
import ctypes
import errno
import json
import mmap
import os
import resource
import shutil
import signal
import socket
import stat
import sys
import tempfile

from . import bait, confine, kernel, mounts

# What an engine that confines must have. Without the others a session sees less of its own, and no more of the host's.
REQUIRED = (
    "environment", "files of the host", "files of others", "metadata of files", "read-only system", "devices", "kernel settings",
    "network", "tracing", "kernel interfaces", "mounts and namespaces", "privileges", "memory")

VARIABLES = {
    "GIT_CONFIG_NOSYSTEM", "HOME", "IPYTHONDIR", "LANG", "LOGNAME", "MKL_NUM_THREADS", "MPLBACKEND", "MPLCONFIGDIR", "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS", "PATH", "PWD", "TMPDIR", "USER"}
TOP = {confine.BRANCHES, *confine.SYSTEM, "/dev", "/etc", "/mnt", "/proc", "/tmp", confine.WORKSPACE}
FAMILIES = {
    "IPv4": (socket.AF_INET, socket.SOCK_STREAM), "IPv6": (socket.AF_INET6, socket.SOCK_DGRAM), "raw": (socket.AF_INET, socket.SOCK_RAW),
    "netlink": (socket.AF_NETLINK, socket.SOCK_RAW), "packet": (socket.AF_PACKET, socket.SOCK_RAW),
    "vsock": (socket.AF_VSOCK, socket.SOCK_STREAM), "alg": (socket.AF_ALG, socket.SOCK_SEQPACKET),
    "bluetooth": (31, socket.SOCK_RAW)}
# x86_64, aarch64; with arguments that the kernel would answer otherwise than with EPERM, where it would
INTERFACES = {
    "bpf": (321, 280), "io_uring": (425, 425), "keys": (250, 219), "userfaultfd": (323, 282), "perf": (298, 241),
    "modules": (175, 105), "kexec": (246, 104), "files by handle": (304, 265), "clock": (227, 112)}
MOUNTS = {"mount": (165, 40), "new mounts": (430, 430), "pivot_root": (155, 41), "chroot": (161, 51)}
TRACING = {"ptrace": (101, 117), "memory of others": (310, 270)}
MOST_TRIED = 5000


class Probe:
    """Made before the child enters the sandbox: its sockets are what seccomp refuses later, so that Landlock is tried by itself."""

    def __init__(self, sandbox, limits, laid):
        self.sandbox = sandbox
        self.limits = limits
        self.laid = laid
        self.tcp, self.unix = socket.socket(), socket.socket(socket.AF_UNIX)
        self.landlock = f"Landlock ABI {sandbox.abi}" if sandbox.abi else "no Landlock"
        self.files = f"private root, {self.landlock}" if sandbox.spaces else self.landlock

    def layers(self):
        """Each as (name, enforced, how)."""
        yield refused("environment", "set by the engine", {
            "variables of the host": lambda: find(set(os.environ) - VARIABLES), "paths of the host": self.find_paths})
        yield refused("files of the host", self.files, {path: lambda path=path: self.find_in(path) for path in self.laid.secrets})
        yield refused("files of others", self.files, {
            "another's workspace": lambda: os.listdir(self.laid.directory), "a file in it": lambda: open(self.laid.file),
            "/tmp of the host": lambda: find(set(os.listdir("/tmp")) & {os.path.basename(self.laid.directory)})})
        yield self.metadata()
        yield refused("read-only system", self.files, {
            "/usr": lambda: open("/usr/codeact-probe", "w"), "/etc": lambda: open("/etc/codeact-probe", "w"),
            "/": lambda: os.mkdir("/codeact-probe")})
        yield self.landlock_alone()
        yield refused("devices", self.files, {
            **{path: lambda path=path: os.open(path, os.O_RDONLY | os.O_NONBLOCK) for path in self.laid.devices},
            "a new one": lambda: os.mknod("device", stat.S_IFBLK | 0o600, self.laid.disk)})
        yield refused("kernel settings", self.files, {
            "/sys": lambda: os.listdir("/sys"), "/proc/sys": lambda: open("/proc/sys/kernel/core_pattern", "r+"),
            "/proc/sysrq-trigger": lambda: open("/proc/sysrq-trigger", "w"), "/proc/kcore": lambda: open("/proc/kcore", "rb")})
        yield from self.network()
        yield from self.processes()
        yield denied("tracing", TRACING)
        yield denied("kernel interfaces", INTERFACES)
        yield refused("mounts and namespaces", "seccomp", {
            **attempts(MOUNTS), "namespaces": lambda: kernel.unshare(kernel.NEWUSER), "those of others": lambda: kernel.setns(0, 0)})
        yield refused("privileges", f"uid {os.getuid()}, no_new_privs", {
            "root": lambda: os.setuid(0), "capabilities": lambda: find(capabilities()), "setuid programs": lambda: find(may_gain())})
        yield from self.own_spaces()
        yield refused("memory", f"rlimit, {self.limits['memoryBytes'] >> 20} MiB a process", {
            "more": lambda: mmap.mmap(-1, self.limits["memoryBytes"] + (64 << 20), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)})
        yield self.counts()

    def find_paths(self):
        texts = []
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError), open("/proc/self/" + name, "rb") as file:
                texts.append(file.read())
        text = b"\0".join(texts)
        for own in (sys.orig_argv[0], *confine.library_roots()):  # the interpreter may lie in someone's home
            text = text.replace(os.fsencode(own), b"")
        find([path for path in self.laid.secrets if path.encode() in text])

    def find_in(self, path):
        """Anything but the way to the interpreter."""
        roots = confine.library_roots()
        find([name for name in os.listdir(path) if not any((root + "/").startswith(f"{path}/{name}/") for root in roots)])

    def landlock_alone(self):
        """What only Landlock refuses: the file is ours, and the mount can be written to."""
        layer = refused("Landlock", f"ABI {self.sandbox.abi}", {"/proc/self/comm": lambda: open("/proc/self/comm", "w")})
        return layer if self.sandbox.abi else ("Landlock", False, "this kernel has none, or it is switched off")

    def metadata(self):
        """Of files that are the host's user's: by their paths, and by a descriptor that can only be read."""
        sandbox, file = self.sandbox, self.laid.file
        mounted = mounts.path_of(self.laid.mount, sandbox.spaces)
        means = self.files if sandbox.spaces else f"uid {os.getuid()}" if sandbox.as_root else "seccomp"
        return refused("metadata of files", means, {
            "mode": lambda: alter(file, lambda: os.chmod(file, 0o777)), "times": lambda: alter(file, lambda: os.utime(file, (1, 1))),
            "attributes": lambda: os.setxattr(file, "user.codeact", b"probe"),
            "mode of what is mounted read-only": lambda: alter(mounted, lambda: os.fchmod(os.open(mounted, os.O_RDONLY), 0o777)),
            "its times": lambda: alter(mounted, lambda: os.utime(os.open(mounted, os.O_RDONLY), (1, 1)))})

    def network(self):
        spaces = self.sandbox.spaces
        yield refused("network", "own network namespace, seccomp" if spaces else "seccomp", {
            name: lambda family=family, kind=kind: socket.socket(family, kind) for name, (family, kind) in FAMILIES.items()})
        yield refused("TCP ports", self.landlock, {
            "connect": lambda: self.tcp.connect(("127.0.0.1", self.laid.port)), "bind": lambda: self.tcp.bind(("127.0.0.1", 0))})
        scoped = self.sandbox.abi >= confine.SCOPES_ABI  # else it is the network that parts them: that of the socket
        yield refused("abstract sockets", self.landlock if scoped else "own network namespace" if spaces else "seccomp", {
            "connect": lambda: (self.unix if scoped else socket.socket(socket.AF_UNIX)).connect(self.laid.abstract)})
        yield refused("System V IPC", "own IPC namespace" if spaces else "seccomp", {"shared memory": self.laid.take_segment})

    def processes(self):
        space = "own process namespace, " if self.sandbox.spaces else ""
        yield refused("signals", space + self.landlock, {
            "the host": lambda: os.kill(self.laid.host, 0), "the template": lambda: os.kill(os.getppid() or self.laid.host, 0)})
        yield refused("other processes", f"{space}{self.landlock}{'' if self.sandbox.spaces else ', seccomp'}", {
            "/proc": lambda: find({name for name in os.listdir("/proc") if name.isdigit()} - self.own_processes()),
            "the host's environment": lambda: open(f"/proc/{self.laid.host}/environ"),
            "the host's files": lambda: os.listdir(f"/proc/{self.laid.host}/root/"), **self.changes_of_others(self.laid.host)})

    def changes_of_others(self, process):
        """None of which changes anything when it goes through."""
        return {
            "the host's limits": lambda: resource.prlimit(process, resource.RLIMIT_CORE, resource.prlimit(process, resource.RLIMIT_CORE)),
            "its priority": lambda: os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process)),
            "its processors": lambda: os.sched_setaffinity(process, os.sched_getaffinity(process)),
            "its scheduling": lambda: os.sched_setscheduler(
                process, os.sched_getscheduler(process), os.sched_getparam(process))}

    def own_processes(self):
        return {str(os.getpid())} | ({"1"} if self.sandbox.spaces else set())  # the keeper, see template.fork_apart

    def own_spaces(self):
        if not self.sandbox.spaces:
            yield "namespaces", False, f"none on this machine, and so no network allow-lists: {self.sandbox.why_not}"
            yield "private root", False, "needs namespaces"
            yield "host name", False, "needs namespaces"
            return
        names = self.sandbox.namespaces_apart()
        yield refused("namespaces", f"own: {', '.join(names)}", {
            "those of the host": lambda: find({"mount", "process", "network", "IPC", "host name"} - set(names))})
        yield refused("private root", "mounted for sessions alone", {
            "the host's": lambda: find({"/" + name for name in os.listdir("/")} - TOP - set(confine.library_tops()))})
        yield refused("host name", f"'{socket.gethostname()}'", {
            "the host's": lambda: find({socket.gethostname()} - {confine.HOSTNAME})})

    def counts(self):
        tasks = self.limits["processes"] + self.sandbox.base_tasks
        return refused(
            "counts and sizes",
            f"rlimits: {tasks} threads, {self.limits['openFiles']} open files, {self.limits['fileBytes'] >> 20} MiB a file, no core dumps",
            {
                "more open files": lambda: exceed(self.limits["openFiles"], lambda: os.open("/dev/null", os.O_RDONLY)),
                "a longer file": lambda: os.truncate("large", self.limits["fileBytes"] + 1),
                "core dumps": lambda: find({resource.getrlimit(resource.RLIMIT_CORE)[1]} - {0}),
                "more threads": lambda: more_threads(tasks)})


def refused(name, means, tries):
    """Enforced when everything that is tried fails."""
    through = []
    for what, attempt in tries.items():
        try:
            attempt()
        except (OSError, MemoryError, RuntimeError):
            continue
        through.append(what)
    return (name, not through, f"{means}; {'went through' if through else 'refused'}: {', '.join(through or tries)}")


def denied(name, calls):
    return refused(name, "seccomp", attempts(calls))


def attempts(calls):
    column = 0 if kernel.MACHINE == "x86_64" else 1
    return {name: lambda number=numbers[column]: call(number) for name, numbers in calls.items()}


def call(number):
    """A system call that only the filter answers with EPERM in every case; any other answer comes from the kernel behind it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.EPERM:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def find(things):
    """For an attempt that looks for something: fails when there is nothing."""
    if not things:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def alter(path, change):
    """For an attempt that may be told that it was done: fails when nothing has come of it."""
    before = os.stat(path)
    change()
    after = os.stat(path)
    find({after.st_mode, after.st_mtime} - {before.st_mode, before.st_mtime})


def capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capget(header, sets)
    return [bits for bits in sets if bits]


def may_gain():
    libc = ctypes.CDLL(None)
    libc.prctl(kernel.SET_NO_NEW_PRIVS, 0, 0, 0, 0)
    return [] if libc.prctl(39, 0, 0, 0, 0) == 1 else ["no_new_privs"]  # PR_GET_NO_NEW_PRIVS


def exceed(limit, take):
    for _ in range(min(limit, MOST_TRIED) + 1):
        take()


def more_threads(limit):
    _thread.stack_size(1 << 16)
    forever = _thread.allocate_lock()
    forever.acquire()
    exceed(limit, lambda: _thread.start_new_thread(forever.acquire, ()))


def run(sandbox, fork, storage, limits, secrets):
    """The report of a child that has entered the sandbox as a worker does."""
    place = tempfile.mkdtemp(prefix="codeact-probe-")
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        os.chmod(place, 0o711)
        for name in ("files", "branches"):
            os.mkdir(os.path.join(place, name))
        laid = stack.enter_context(bait.Bait(secrets, sandbox.engine))
        workspace = os.path.join(place, "files")
        sources, _ = stack.enter_context(storage.workspace(place, workspace, limits))
        reading, writing = os.pipe()
        keeper, pid = fork()
        if pid == 0:
            try:
                probe = Probe(sandbox, limits, laid)
                sandbox.enter(workspace, sources, limits, 0, {"network": False, "mounts": [laid.mount]})
                open("large", "w").close()
                answer = list(probe.layers())
            except BaseException as error:
                answer = [("sandbox", False, f"{type(error).__name__}: {error}")]
            os.write(writing, json.dumps(answer).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            layers = json.loads(pipe.read() or "[]")
        os.waitpid(pid, 0)
        if keeper:
            os.kill(keeper, signal.SIGKILL)
            os.waitpid(keeper, 0)
    return [{"name": name, "enforced": enforced, "how": how} for name, enforced, how in layers]


def missing(layers):
    """What a sandbox must have and this one has not."""
    enforced = {layer["name"] for layer in layers if layer["enforced"]}
    failures = [f"{layer['name']} ({layer['how']})" for layer in layers if not layer["enforced"] and layer["name"] in REQUIRED]
    return failures or [name for name in REQUIRED if name not in enforced] + [
        layer["how"] for layer in layers if layer["name"] == "sandbox"]
