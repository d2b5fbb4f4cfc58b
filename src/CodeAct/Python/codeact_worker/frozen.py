"""Checkpoints: a fork of the worker that stays as it is, and from which the session goes on as often as the host likes.

A fork copies the memory and one thread. So a checkpoint is taken between cells and by a process that has no other thread, and
what is not memory is dealt with here:

- files are opened again at the same place (their contents are the host's business), also when they were in the middle of a read;
- pipes, sockets and files without a name cannot be had again: using them raises OSError (EBADF);
- child processes are not part of it: what waits for one of them is told that it was killed;
- the state of `random` and numpy is that of the checkpoint: the same numbers are drawn again;
- event loops get a new selector; timers (`signal.alarm`) are off; shared memory is shared with what happened since.
"""

import _thread
import contextlib
import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time

from . import kernel, wire

RESUME = 3  # where the frozen process has the socket on which it waits; the session's control socket is there later
THREADS_END_WITHIN = 0.05  # seconds
LONGEST = 1 << 16
EVENT_LOOP = "anon_inode:[eventpoll]"
MAKES_A_FILE = os.O_CREAT | os.O_EXCL | os.O_TRUNC

made = []  # the processes that are this one's checkpoints


class Refused(Exception):
    """What the session holds cannot be kept by a checkpoint."""


def checkpoint(output, resume, move):
    """Forks the process that is the checkpoint and tells the host. Returns in the worker, and in every one resumed from it.

    That one calls `move` with the directory that it is to work in, when it is another.
    """
    try:
        take_leave()
        output.rest()
        be_alone()
        files = open_files(resume)
        children = _may_have_children()
        adopts = kernel.is_child_subreaper()
        pid = kernel.fork_unseen()
    except (Refused, OSError) as error:
        os.close(resume)
        output.send(wire.CHECKPOINT, wire.to_json({"refused": str(error)}), 0)
        return
    if pid:
        made.append(pid)
        os.close(resume)
        output.send(wire.CHECKPOINT, wire.to_json({"pid": pid}), 0)
        return
    output.channel.sock.detach()
    told, ends = wait(resume)
    take_over(ends)
    if adopts:
        kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)  # a fork does not inherit it
    open_again(files)
    if children:
        forget_children()
    if any(path == EVENT_LOOP for _, path, _, _ in files):
        renew_loops()
    if told["home"]:
        move(told["home"])
    threading.main_thread()._set_native_id()
    output.attach(wire.Channel(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, RESUME), output.interrupts))
    output.send(wire.READY, wire.to_json({}), 0)


def take_leave():
    """Lets go of checkpoints that the host has ended."""
    for pid in list(made):
        try:
            if os.waitpid(pid, os.WNOHANG | kernel.WALL)[0] == 0:
                continue
        except ChildProcessError:  # made by the process that this one was resumed from
            pass
        made.remove(pid)


def be_alone():
    """Waits for threads that are ending; one that goes on would not be in the checkpoint."""
    deadline = time.monotonic() + THREADS_END_WITHIN
    while threads() > 1:
        if time.monotonic() > deadline:
            names = ", ".join(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
            raise Refused(f"threads are running ({names or 'of native code'}), and a checkpoint holds the main thread only")
        time.sleep(0.0005)


def threads():
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:  # a resumed process without a private root: Landlock knows /proc/self by the worker's number
        return 1 + _thread._count()


def open_files(resume):
    """What is open, as (descriptor, path or what else the kernel calls it, flags, position)."""
    found = []
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:  # as above: none can be opened again
        return [(descriptor, "", 0, 0) for descriptor in range(RESUME + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
                if descriptor != resume and _is_open(descriptor)]
    for name in names:
        descriptor = int(name)
        if descriptor in (1, 2, RESUME, resume):
            continue
        try:
            path = os.readlink(f"/proc/self/fd/{name}")
            with open(f"/proc/self/fdinfo/{name}") as facts:
                position, flags = int(facts.readline().split()[1]), int(facts.readline().split()[1], 8)
        except OSError:  # the list itself
            continue
        found.append((descriptor, path, flags & ~MAKES_A_FILE, position))
    return found


def wait(resume):
    """Waits, in the frozen process, until the host wants the session to go on; returns in the process that does.

    The host sends where the session is to go on, with its control socket and the writing ends of its two pipes. It is told
    of the process that takes them and of how that ends.
    """
    for descriptor in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    os.dup2(resume, RESUME, inheritable=False)
    os.closerange(RESUME + 1, 1 << 16)  # else a pipe of the session would not end with its writers
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, RESUME)
    resumed = {}  # pid by pidfd
    poll = select.poll()
    poll.register(RESUME, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor != RESUME:
                poll.unregister(descriptor)
                os.close(descriptor)
                sock.send(wire.to_json(wire.ending(*os.waitpid(resumed.pop(descriptor), 0))))
                continue
            told, ancillary, _, _ = sock.recvmsg(LONGEST, socket.CMSG_SPACE(12), socket.MSG_CMSG_CLOEXEC)
            if not told:
                os._exit(0)
            ends = wire.unpack(ancillary)
            try:
                pid = kernel.fork()
            except OSError as error:  # a limit, as of processes
                answer = {"process": 0, "refused": str(error)}
            else:
                if pid == 0:
                    sock.detach()
                    return json.loads(told), ends
                pidfd = os.pidfd_open(pid)
                resumed[pidfd] = pid
                poll.register(pidfd, select.POLLIN)
                answer = {"process": pid}
            for end in ends:
                os.close(end)
            sock.send(wire.to_json(answer))


def take_over(ends):
    """Makes the host's new ends those of this process."""
    os.setsid()
    for end, descriptor in zip(ends, (RESUME, 1, 2)):
        os.dup2(end, descriptor, inheritable=descriptor != RESUME)
    os.closerange(RESUME + 1, 1 << 16)


def open_again(files):
    for descriptor, path, flags, position in files:
        opened = None
        if path.startswith("/") and not path.endswith(" (deleted)"):
            with contextlib.suppress(OSError):
                opened = os.open(path, flags)
                os.lseek(opened, position, os.SEEK_SET)
        if opened is None:
            opened = os.open(os.devnull, os.O_PATH)  # reading and writing it fail; closing it does not
        if opened != descriptor:
            os.dup2(opened, descriptor, inheritable=not flags & os.O_CLOEXEC)
            os.close(opened)


def forget_children():
    """The children of the time of the checkpoint are not this process's; Python would take them for ended without an error."""
    kinds = [subprocess.Popen]
    if "multiprocessing.popen_fork" in sys.modules:
        kinds.append(sys.modules["multiprocessing.popen_fork"].Popen)
    for process in gc.get_objects():
        if type(process) in kinds and process.returncode is None:
            process.returncode = -signal.SIGKILL


def renew_loops():
    """An event loop waits on descriptors that the frozen process has closed."""
    events = sys.modules.get("asyncio.selector_events")
    if events is None:
        return
    for loop in gc.get_objects():
        if isinstance(loop, events.BaseSelectorEventLoop) and not loop.is_closed():
            loop._selector = events.selectors.DefaultSelector()
            loop._internal_fds -= 1
            loop._make_self_pipe()


def _is_open(descriptor):
    try:
        return fcntl.fcntl(descriptor, fcntl.F_GETFD) >= 0
    except OSError:
        return False


def _may_have_children():
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            return children.read() != ""
    except OSError:
        return True
