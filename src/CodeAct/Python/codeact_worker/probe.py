"""Tries, from inside a sandbox, what a session must not be able to do; the answer is the report that people read."""

import ctypes
import json
import mmap
import os
import resource
import signal
import socket

from . import kernel


def report(sandbox, limits, secrets):
    """The layers as [name, enforced, how], each by an attempt. `secrets` are paths of the host that must be out of reach."""
    private = "private root, " if sandbox.spaces else ""
    landlock = f"Landlock ABI {sandbox.abi}" if sandbox.abi else "no Landlock"
    spaces = f"{private}{landlock}" if sandbox.spaces else f"{landlock}; no namespaces: {sandbox.why_not}"
    return [
        ["environment", True, f"{len(os.environ)} variables, all set by the engine"],
        _refused("files", f"{spaces}", [lambda path=path: os.stat(path) and os.listdir(path) for path in secrets]),
        _refused("system is read-only", spaces, [lambda: open("/usr/codeact-probe", "w"), lambda: os.mkdir("/codeact-probe")]),
        _refused("network", "own network namespace, seccomp" if sandbox.spaces else "seccomp", [
            lambda: socket.socket(socket.AF_INET), lambda: socket.socket(socket.AF_INET6), lambda: socket.socket(socket.AF_PACKET)]),
        _refused("privileges", f"uid {os.getuid()}, no capabilities, no_new_privs", [_have_capabilities, _have_no_new_privs_unset]),
        _refused("system calls", "seccomp", [lambda: kernel.unshare(kernel.NEWUSER), lambda: kernel.setns(0, 0), _trace]),
        _processes(sandbox),
        _refused("memory", f"{limits['memoryBytes'] >> 20} MiB a process", [lambda: _take_memory(limits["memoryBytes"])]),
        _limit("processes at a time", resource.RLIMIT_NPROC, limits["processes"] + sandbox.base_tasks),
        _limit("open files", resource.RLIMIT_NOFILE, limits["openFiles"]),
        _limit("size of a file", resource.RLIMIT_FSIZE, limits["fileBytes"]),
        _limit("core dumps", resource.RLIMIT_CORE, 0),
    ]


def _refused(name, means, attempts):
    """Enforced when every attempt fails."""
    answers = []
    for attempt in attempts:
        try:
            attempt()
        except (OSError, MemoryError) as error:
            answers.append(getattr(error, "strerror", None) or type(error).__name__)
        else:
            return [name, False, f"{means}; an attempt went through"]
    return [name, True, f"{means}; tried and refused: {', '.join(dict.fromkeys(answers))}"]


def _limit(name, kind, wanted):
    value = resource.getrlimit(kind)[1]
    return [name, 0 <= value <= wanted, f"rlimit, {value}"]


def _have_capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capget(header, sets)
    if not any(sets):
        raise PermissionError(1, "no capability")


def _have_no_new_privs_unset():
    if ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1:
        raise PermissionError(1, "no_new_privs")


def _trace():
    if ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _take_memory(size):
    mmap.mmap(-1, size + (64 << 20), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()


def _processes(sandbox):
    try:
        seen = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError as error:
        return ["other processes", sandbox.abi >= 6 or sandbox.spaces, f"no list of processes: {error.strerror}"]
    others = [pid for pid in seen if int(pid) != os.getpid()]
    return ["other processes", not others, f"own process namespace; {len(others)} others are seen"]


REQUIRED = ("environment", "files", "system is read-only", "network", "privileges", "system calls", "memory")


def run(sandbox, fork, workspace, limits, secrets):
    """The report of a child that has entered the sandbox as a worker does."""
    reading, writing = os.pipe()
    keeper, pid = fork()
    if pid == 0:
        try:
            sandbox.enter(workspace, limits, 0, {"network": False, "mounts": []})
            answer = report(sandbox, limits, secrets)
        except BaseException as error:
            answer = [["sandbox", False, f"{type(error).__name__}: {error}"]]
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
