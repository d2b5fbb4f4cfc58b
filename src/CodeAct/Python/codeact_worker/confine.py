"""Confinement: what a session can see and do of the machine.

A `Sandbox` is made in the launcher and looks for what this machine allows: namespaces (as root, or in a user namespace of
its own) with a private root, or, without them, the floor that any user has: Landlock, seccomp, no_new_privs, limits. Each
worker enters it once, after the fork and while it has a single thread, top to bottom in `enter`.
"""

import os
import resource
import socket
import sys
import tempfile

from . import kernel, mounts, network, seccomp

WORKSPACE = "/workspace"
BRANCHES = "/branches"  # workspaces of the sessions forked from this one, each under a name that only it knows
SHARED = ("/tmp", "/dev/shm")  # with them
OF_ITS_OWN = (WORKSPACE, BRANCHES, "/proc")  # in which nothing else can be shown
HOSTNAME = "codeact"
UIDS = 0x30000000  # own uids of sessions begin here: far above those of people and of containers
DEVICES = ("null", "zero", "full", "random", "urandom")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("alternatives", "debian_version", "fonts", "ld.so.cache", "localtime", "matplotlibrc", "mime.types", "python3",
            f"python3.{sys.version_info.minor}")
PEOPLE = {
    "passwd": "root:x:0:0:root:/:/usr/sbin/nologin\nsession:x:1000:1000:session:/workspace:/bin/sh\n",
    "group": "root:x:0:\nsession:x:1000:\n",
    "hosts": f"127.0.0.1 localhost {HOSTNAME}\n",
}

# linux/landlock.h
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
ANY = (1 << 16) - 1
TCP = 3  # bind and connect
TCP_ABI = 4
SCOPES = 3  # abstract Unix sockets and signals
SCOPES_ABI = 6


class Sandbox:
    def __init__(self, on, namespaces, directory):
        self.on = on
        self.namespaces = namespaces
        self.root = os.path.join(directory, "root")
        self.engine = os.getpid()
        self.as_root = os.getuid() == 0
        self.own_users = False  # in a user namespace, where only our own uid exists
        self.spaces = False  # namespaces and a private root
        self.why_not = "confinement is off"
        self.abi = kernel.landlock_abi() if on else 0
        self.outside = _namespaces()
        self.filter = None
        self.umask = os.umask(0o022)  # so that users of their own find their way through what root makes for them
        self.top = None  # what is in the root, but for the workspaces
        self.filter_with_network = None

    # In the launcher.

    def separate(self):
        """Moves the launcher's children into namespaces of their own where that works."""
        if not self.on:
            return
        self.why_not = _attempt(self._move, self.own_mounts) if self.namespaces else "not to be used"
        if self.why_not and self.as_root and self.namespaces:
            self.own_users = True
            self.why_not = _attempt(self._move, self.own_mounts) and self.why_not
        self.spaces = not self.why_not
        if self.spaces:
            self._move()
        own_user = self.spaces or self.as_root
        self.filter = seccomp.program(self.spaces, own_user, self.abi)
        self.filter_with_network = seccomp.program(self.spaces, own_user, self.abi, network=self.spaces)

    def _move(self):
        users = self.own_users or not self.as_root
        uid, gid = os.getuid(), os.getgid()
        kernel.unshare((kernel.NEWUSER if users else 0) | kernel.NEWPID | kernel.NEWNET | kernel.NEWUTS | kernel.NEWIPC)
        if users:
            self.own_users = True
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{uid} {uid} 1")
            _write("/proc/self/gid_map", f"{gid} {gid} 1")
        socket.sethostname(HOSTNAME)

    # In the template.

    def own_mounts(self):
        """Makes a place for the root that sessions see.

        The launcher must not see what is mounted there: it deletes the engine's directory when this process has ended, at
        whatever moment, and the system is mounted below it.
        """
        kernel.unshare(kernel.NEWNS)
        kernel.mount("", "/", flags=kernel.REC | kernel.PRIVATE)
        os.makedirs(self.root, exist_ok=True)
        kernel.mount("tmpfs", self.root, "tmpfs", kernel.NOSUID, "size=4m,mode=755")

    def build_root(self):
        """The system as sessions see it, read-only; what differs among them is mounted by each."""
        self.base_data = _data_size()
        self.base_tasks = 0 if self.spaces or self.as_root else _tasks_of(os.getuid())
        if not self.spaces:
            return
        self.own_mounts()
        set_environment(WORKSPACE, "/tmp")  # the same in every session, so once and for all
        self.libraries = library_roots()
        for directory in self.libraries:
            self._show_library(directory)
        os.makedirs(self.root + "/etc", exist_ok=True)
        for name in SETTINGS:
            if os.path.exists("/etc/" + name):
                mounts.show(self.root, "/etc/" + name)
        for name, text in PEOPLE.items():
            _write(f"{self.root}/etc/{name}", text)
        for name in ("proc", "tmp", "dev/shm", mounts.ROOT[1:], WORKSPACE[1:], BRANCHES[1:]):
            os.makedirs(os.path.join(self.root, name), exist_ok=True)
        for name in DEVICES:
            mounts.show(self.root, "/dev/" + name)
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            os.symlink("/proc/self/fd" + target, f"{self.root}/dev/{name}")
        kernel.mount_attributes(self.root, kernel.RDONLY | kernel.NOSUID)

    def _show_library(self, directory):
        for place in (*OF_ITS_OWN, *SHARED, mounts.ROOT, "/dev"):
            if is_within(place, directory) or (place in OF_ITS_OWN and is_within(directory, place)):
                raise mounts.Unmountable(
                    f"'{directory}', from which Python imports, cannot be shown to sessions: each has a '{place}' of its own. "
                    "Take an interpreter, and a path of modules, that lie elsewhere.")
        if any(is_within(directory, place) for place in SHARED):  # see _enter_root
            return
        if os.path.islink(directory):
            os.makedirs(os.path.dirname(self.root + directory), exist_ok=True)
            os.symlink(os.readlink(directory), self.root + directory)
        else:
            mounts.show(self.root, directory)

    # In the worker.

    def enter(self, workspace, sources, limits, number, policy):
        """Confines this process for good. Gives the path of the workspace as the session sees it.

        With namespaces the workspace and its branches are the mounts that the descriptors `sources` name, which are closed.
        """
        home, temporary = (WORKSPACE, "/tmp") if self.spaces else (workspace, os.path.join(workspace, ".tmp"))
        if self.on:
            uid = self._own(f"/proc/self/fd/{sources[0]}" if self.spaces else workspace, number)
            if self.spaces:
                self._enter_root(sources, limits, policy)
            else:
                os.makedirs(temporary, exist_ok=True)
            self._drop_privileges(uid)
            self._limit(limits)  # in the session's user namespace: set before, it would count the processes of all sessions
            self.policy = policy
            self._landlock((home, BRANCHES, *SHARED) if self.spaces else (home, branches_of(workspace)), "/")
            kernel.seccomp(self.filter_with_network if policy["network"] else self.filter)
        os.chdir(home)
        os.umask(self.umask)
        kernel.prctl(kernel.SET_PDEATHSIG, 9)  # the template's end is ours
        if not self.spaces:
            kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)  # so that the template knows whose orphans it gets: see end_orphans
            set_environment(home, temporary)
        if policy["network"]:
            network.set_environment()
        return home

    def namespaces_apart(self):
        """Which namespaces of this process are not those that the launcher was started in."""
        return [name for (name, there), here in zip(self.outside.items(), _namespaces().values()) if here != there]

    def _own(self, workspace, number):
        """As root each session has a uid of its own; one that takes over a workspace has its predecessor's."""
        if not self.as_root or self.own_users:
            return None
        uid = os.stat(workspace).st_uid
        if uid < UIDS:
            uid = UIDS + (self.engine % 0xFFFF) * 0x1000 + number % 0x1000
            os.chown(workspace, uid, uid)
            for entry in os.scandir(workspace):
                os.chown(entry.path, uid, uid, follow_symlinks=False)
        for stream in (1, 2):
            os.fchown(stream, uid, uid)  # so that /dev/stdout can be opened
        return uid

    def _enter_root(self, sources, limits, policy):
        # Landlock keeps sessions from connecting to each other's abstract sockets, but their names would be seen by all.
        kernel.unshare(kernel.NEWNS | kernel.NEWIPC | (0 if policy["network"] else kernel.NEWNET))
        size = f"size={limits['temporaryBytes']},nr_inodes=100000,mode=1777"
        for place, flags in zip(SHARED, (0, kernel.NOEXEC)):
            kernel.mount("tmpfs", self.root + place, "tmpfs", kernel.NOSUID | kernel.NODEV | flags, size)
            for directory in self._libraries_in(place):
                mounts.show(self.root, directory)
                kernel.mount_attributes(self.root + directory, kernel.RDONLY | kernel.NOSUID)
        for source, target in zip(sources, (WORKSPACE, BRANCHES)):
            kernel.move_mount(source, self.root + target)
            os.close(source)
            kernel.mount_attributes(self.root + target, kernel.NOSUID | kernel.NODEV)
        mounts.bind(self.root, policy["mounts"], self._libraries_in(mounts.ROOT))
        try:
            kernel.mount("proc", self.root + "/proc", "proc", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC, "hidepid=2")
        except OSError:  # a container that hides parts of /proc forbids a new one; then there is none
            pass
        os.chdir(self.root)
        kernel.pivot_root(".", ".")
        kernel.umount(".", kernel.DETACH)

    def _libraries_in(self, place):
        """Those that the file system which a session has at a place of its own would hide."""
        return [directory for directory in self.libraries if is_within(directory, place)]

    def _limit(self, limits):
        tasks = limits["processes"] + self.base_tasks
        values = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_DATA: self.base_data + limits["memoryBytes"],
            resource.RLIMIT_NPROC: tasks,
            resource.RLIMIT_NOFILE: limits["openFiles"],
            resource.RLIMIT_FSIZE: limits["fileBytes"],
            resource.RLIMIT_MEMLOCK: 64 << 10,
            resource.RLIMIT_MSGQUEUE: 0,
        }
        for kind, value in values.items():
            hard = resource.getrlimit(kind)[1]
            if hard != resource.RLIM_INFINITY:
                value = min(value, hard)
            resource.setrlimit(kind, (value, value))

    def _drop_privileges(self, uid):
        if uid is not None:
            kernel.drop_bounding_set()
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            kernel.prctl(kernel.SET_DUMPABLE, 1)  # else /proc/self, and with it /dev/stdout, is root's
        elif self.spaces and os.path.exists("/proc/self"):
            # A namespace for this session alone: the number of its processes is counted there, and it has no power outside.
            me, group = os.getuid(), os.getgid()
            kernel.unshare(kernel.NEWUSER)
            _write("/proc/self/setgroups", "deny")
            _write("/proc/self/uid_map", f"{me} {me} 1")
            _write("/proc/self/gid_map", f"{group} {group} 1")
            kernel.drop_bounding_set()
        kernel.clear_capabilities()
        kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)

    def move(self, home):
        """Goes on as a branch, in a workspace of its own: that of the session it was forked from is closed to it."""
        if self.on:
            if self.spaces and self.top is None:  # a branch may not list it any more
                self.top = [path for path in map("/".__add__, os.listdir("/")) if path not in (WORKSPACE, BRANCHES)]
            self._landlock((os.path.dirname(home), *(SHARED if self.spaces else ())), *(self.top or ()))
        os.chdir(home)
        temporary = "/tmp" if self.spaces else os.path.join(home, ".tmp")
        os.makedirs(temporary, exist_ok=True)
        set_environment(home, temporary)

    def _landlock(self, own, *system):
        """Lets this process write to what is its own and read the system; what an earlier call forbade stays forbidden."""
        if not self.abi:
            return
        policy = self.policy
        handled = FILE_RIGHTS[min(self.abi, 5)]
        ruleset = kernel.landlock_ruleset(handled, TCP, SCOPES, self.abi)
        readable = system if self.spaces else [*library_roots(), *("/etc/" + name for name in SETTINGS), "/proc/self"]
        for path in readable:
            if os.path.exists(path):
                _allow(ruleset, path, handled & READ)
        for path in own:
            kernel.landlock_allow(ruleset, path, handled)
        for name in DEVICES:
            kernel.landlock_allow(ruleset, "/dev/" + name, handled & OF_A_FILE & ~EXECUTE)
        for mount in policy["mounts"]:
            _allow(ruleset, mounts.path_of(mount, self.spaces), handled & (ANY if mount["writable"] else READ))
        if policy["network"] and self.abi >= TCP_ABI:
            kernel.landlock_allow_connect(ruleset, network.PORT)
        kernel.landlock_restrict(ruleset)
        os.close(ruleset)


def branches_of(workspace):
    return os.path.join(os.path.dirname(workspace), "branches")


def _allow(ruleset, path, rights):
    kernel.landlock_allow(ruleset, path, rights if os.path.isdir(path) else rights & OF_A_FILE)


def set_environment(home, temporary):
    os.environ.update(HOME=home, USER="session", LOGNAME="session", PWD=home, TMPDIR=temporary, MPLBACKEND="Agg")
    os.environ.update(MPLCONFIGDIR=temporary + "/matplotlib", IPYTHONDIR=temporary + "/ipython")
    os.environ["GIT_CONFIG_NOSYSTEM"] = "1"  # git gives up where it may not read /etc/gitconfig
    tempfile.tempdir = None  # it is looked up once


def library_tops():
    """The directories at the root that a running Python needs."""
    return {"/" + path.split("/")[1] for path in library_roots()}


def library_roots():
    """The directories that a running Python needs, none inside another."""
    wanted = [*SYSTEM, sys.prefix, sys.base_prefix, *(path for path in sys.path if os.path.isabs(path))]
    roots = []
    for path in sorted({path for path in wanted if os.path.isdir(path)}, key=len):
        if not any(is_within(path, root) for root in roots):
            roots.append(path)
    return roots


def is_within(path, place):
    return path == place or path.startswith(place.rstrip("/") + "/")


def _attempt(*actions):
    """Tries what can be done in a child, since half of it cannot be taken back; None, or why it fails."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            for action in actions:
                action()
        except OSError as error:
            os.write(writing, (error.strerror or str(error)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        failure = pipe.read().decode()
    os.waitpid(pid, 0)
    return failure or None


def _namespaces():
    """What tells this process's namespaces from others, by name."""
    kinds = {"user": "user", "mount": "mnt", "process": "pid", "network": "net", "IPC": "ipc", "host name": "uts"}
    return {name: os.stat("/proc/self/ns/" + kind).st_ino for name, kind in kinds.items() if os.path.exists("/proc/self/ns/" + kind)}


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)


def _data_size():
    """Private memory of this process in bytes, as RLIMIT_DATA counts it."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) << 10
    return 0


def _tasks_of(uid):
    """How many threads the user has already: without namespaces the limit counts them too."""
    count = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat("/proc/" + name).st_uid == uid:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            pass
    return count
