"""The template: imports what sessions will want, once, and forks a worker for each session.

It stays single threaded, so that a fork is a whole copy. The host's requests come over one Unix socket; each answer carries
the worker's descriptors: a pidfd to signal it by, the control socket, and the reading ends of its two pipes.
"""

import _signal
import array
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
import time

from . import confine, interpreter, kernel, mounts, network, orphans, probe, storage
from . import keeper as keepers
from . import output as outputs
from . import shell as shells
from . import wire
from . import worker as workers

REQUEST_LIMIT = 1 << 16
SETTLED = 20  # runs of a function


def fill_gaps():
    """Objects that fill the free places between those of the imports.

    Else a worker's first objects would be spread over them, and each would copy a page: an idle session had 5.0 MB of its own
    in place of 4.6 (perf/run memory).
    Python keeps pages of blocks of one size, in steps of 16 bytes up to 512; 200 kB of each size are enough.
    """
    small = [[object() for _ in range(12_500)], [float(number) for number in range(6_250)]]
    return small + [[bytes(size - 33) for _ in range(200_000 // size)] for size in range(48, 513, 16)]  # 33: what is empty


def make_huge():
    """Puts the heap into huge pages, which the kernel copies faster when it forks (one of 110 MB in 2.5 ms in place of 3.1).

    A worker that writes still copies small pages only.
    """
    with open("/proc/self/maps") as maps:
        for line in maps:
            place, permissions, _, _, inode, *_ = line.split()
            if permissions == "rw-p" and inode == "0":
                kernel.make_huge(*(int(end, 16) for end in place.split("-")))


class Template:
    def __init__(self, host, options, sandbox):
        self.host = host
        self.options = options
        self.sandbox = sandbox
        self.own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self.networks = network.Networks()
        self.storage = storage.Storage()
        self.keeper = keepers.Keeper()
        self.interrupts = wire.Interrupts()
        self.output = outputs.Output(None, self.interrupts)
        self.workers = {}  # pid: id of the session
        self.kept = set()  # checkpoints whose worker may end before them

    def prepare(self):
        """Imports, warms every path that a cell takes, and freezes the heap so that forks share it."""
        started = time.monotonic()
        gc.disable()
        missing = {}
        for name in self.options["modules"]:
            try:
                importlib.import_module(name)
            except Exception as error:
                missing[name] = f"{type(error).__name__}: {error}"
        if "matplotlib" in sys.modules:
            import matplotlib

            matplotlib.use("module://codeact_worker.figures")
        outputs.install(self.output)
        self.shell = shells.make(self.output, self.options["scratch"], self.options["packages"])
        self.worker = workers.Worker(self.shell, self.output, self.interrupts, self.sandbox)
        self.rehearse()
        layers = self.confine()
        gc.collect()
        self.filling = fill_gaps()
        gc.freeze()
        gc.enable()
        make_huge()
        return {
            "missing": missing, "seconds": time.monotonic() - started, "python": sys.version.split()[0],
            "layers": layers, "noNamespaces": self.sandbox.why_not, "lacking": probe.missing(layers) if self.sandbox.on else []}

    def confine(self):
        """Prepares the sandbox of the workers and tries it."""
        if not self.sandbox.on:
            return []
        self.sandbox.build_root()
        if self.sandbox.spaces:
            self.storage.separate()
        return probe.run(self.sandbox, self.fork_apart, self.storage, self.options["limits"], self.options["secrets"])

    def fork_apart(self):
        """Forks a child into a process namespace of its own. Gives the pids of that namespace's first process and of the child.

        With the first process ends every process of the session. It does nothing, and runs no code of the session, so that
        what the child leaves behind, its checkpoints above all, outlives the child.
        """
        if not self.sandbox.spaces:
            return None, kernel.fork()
        kernel.unshare(kernel.NEWPID)
        keeper, pid = None, -1
        try:
            keeper = self.keeper.spawn()
            pid = kernel.fork()
            return keeper, pid
        finally:
            if pid:
                kernel.setns(self.own_processes, kernel.NEWPID)
            if keeper and pid < 0:
                os.kill(keeper, signal.SIGKILL)

    def rehearse(self):
        """Cells into the void: the first cell of a session finds everything in memory, and writes to little of it.

        What a worker writes to is copied, and an idle session had a fifth more of its own without this (perf/run memory). Python
        writes to a function's code until that has run often enough to be settled, and to the name of an attribute when it takes
        its place in the cache of lookups, or gives it up to another.
        """
        cells = ["1+1", "display(1)", "1/0", "if", "import sys; print('warm\\n')", "x = get_ipython().user_ns"]
        frames = "import pandas as pd; pd.DataFrame({'a': [1.5, 2], 'b': ['x', 'y']}).groupby('b').mean()"
        self.output.detached = False
        self.worker.rehearse([*cells * SETTLED, *[frames] * ("pandas" in sys.modules)])
        sys._clear_type_cache()
        for _ in range(SETTLED):
            workers.reseed()
        self.worker.rehearse(cells)
        self.output.detached = True

    def serve(self, ready):
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, self.interrupts.on_signal)  # workers have it from the first moment: a cell may be short
        wake, signalled = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
        self.tell({"ready": ready})
        while True:
            readable, _, _ = select.select([self.host, wake], [], [])
            if self.host in readable:  # first: it may say which processes stay when their worker has ended
                request = self.host.recv(REQUEST_LIMIT)
                if not request:
                    self.end()
                request = json.loads(request)
                if "keep" in request:
                    self.kept.add(request["keep"])
                else:
                    self.fork(request)
            elif wake in readable:
                os.read(wake, 4096)
                self.reap()

    def tell(self, message, descriptors=()):
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        self.host.sendmsg([wire.to_json(message)], ancillary)

    def fork(self, request):
        near, far = socket.socketpair()
        out, out_far = os.pipe2(os.O_CLOEXEC)
        err, err_far = os.pipe2(os.O_CLOEXEC)
        try:
            with (self.networks.apart(request["policy"]["network"]) as listening,
                  self.storage.workspace(request["place"], request["workspace"], request["limits"]) as (sources, kept)):
                keeper, pid = self.fork_apart()
                if pid == 0:
                    self.become_worker(request, far, out_far, err_far, sources)
                self.workers[pid] = request["id"]
                pidfds = [os.pidfd_open(process) for process in (pid, keeper) if process]
                self.tell({"id": request["id"], "forked": pid}, [near.fileno(), out, err, *pidfds, *kept, *listening])
            for pidfd in pidfds:
                os.close(pidfd)
        except OSError as error:
            self.tell({"id": request["id"], "failed": str(error)})
        finally:
            near.close()
            far.close()
            for descriptor in (out, out_far, err, err_far):
                os.close(descriptor)

    def end(self):
        """The host is gone or wants no more: no process of a session outlives it."""
        end_descendants()
        os._exit(0)

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self.kept.discard(pid)
            session = self.workers.pop(pid, None)
            self.end_orphans()
            if session is not None:
                self.tell({"id": session, **wire.ending(pid, status)})

    def end_orphans(self):
        """Without a process namespace, which would do it, ends what was left behind by a worker that has ended.

        While a worker lives its orphans are its children, see become_worker. So an unknown child of this process is the orphan
        of an ended one, and its own children will be found here when it has ended.
        """
        if self.sandbox.spaces:
            return
        orphans.end(os.getpid(), self.workers.keys() | self.kept)

    def become_worker(self, request, control, out, err, sources):
        """Runs in the forked child and never returns."""
        try:
            signal.set_wakeup_fd(-1)
            _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
            os.setsid()
            threading.main_thread()._set_native_id()
            os.dup2(out, 1)
            os.dup2(err, 2)
            kept = control.detach()
            os.dup2(kept, 3, inheritable=False)
            sources = [os.dup2(source, 4 + index, inheritable=False) for index, source in enumerate(sources)]
            os.closerange(4 + len(sources), 1 << 16)
            self.shell.limits = request["limits"]
            self.shell.workspace = self.sandbox.enter(
                request["workspace"], sources, request["limits"], request["id"], request["policy"])
            self.shell.packages.enter("/mnt/packages" if self.sandbox.spaces else None)
            self.output.attach(wire.Channel(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, 3), self.interrupts))
            self.output.follow_forks()
            workers.reseed()
            if request["warm"]:
                self.worker.rehearse(["0"])  # ahead of need: the pages that a first cell writes to are copied now
            self.output.send(wire.READY, wire.to_json({}), 0)
            self.worker.serve()
        except mounts.Unmountable as failure:
            os.write(2, str(failure).encode())
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(70)


def children():
    """Those of this process, with those that have ended and not been waited for: their numbers are nobody else's."""
    with open(f"/proc/self/task/{os.getpid()}/children") as numbers:
        return [int(number) for number in numbers.read().split()]


def end_descendants():
    """Ends every process that descends from this one, which adopts the orphans among them."""
    while pids := children():
        orphans.end(os.getpid(), spared=())
        for pid in pids:
            os.waitpid(pid, 0)


def main(options):
    """The process that the host starts: it separates itself from the machine and lets its child be the template."""
    os.setsid()  # a Ctrl-C at the host's terminal is the host's business, and goes to everyone in its session
    kernel.new_keyring()
    sandbox = confine.Sandbox(options["confined"], options["namespaces"], options["directory"])
    sandbox.separate()
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)
    pid = os.fork()
    if pid:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        end_descendants()  # of sessions without a process namespace, when the template was killed
        directory = options["directory"].replace("\\", "\\134").replace(" ", "\\040")  # as the kernel writes it
        with open("/proc/self/mountinfo") as lines:
            mounted = any(directory + "/" in line for line in lines)
        if not mounted:  # see Sandbox.own_mounts
            shutil.rmtree(options["directory"], ignore_errors=True)  # also when the host died first
        os._exit(code if code >= 0 else 128 - code)
    kernel.prctl(kernel.SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.SET_CHILD_SUBREAPER, 1)
    host = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    host.connect(options["socket"])
    sys.path[0] = ""
    interpreter.settle(confine.library_roots() if sandbox.on else None)
    template = Template(host, options, sandbox)
    try:
        ready = template.prepare()
    except mounts.Unmountable as failure:
        os.write(2, str(failure).encode())
        os._exit(1)
    template.serve(ready)
