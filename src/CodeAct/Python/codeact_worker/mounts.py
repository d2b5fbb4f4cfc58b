"""Files and directories of the host that sessions see: the system, and what one session is given besides its workspace.

With a private root the latter are at /mnt/NAME; without one Landlock opens the path of the host.
"""

import contextlib
import os

from . import kernel

ROOT = "/mnt"


class Unmountable(Exception):
    """For whoever started the engine or the session: the message says it all."""


@contextlib.contextmanager
def naming(path, place):
    try:
        yield
    except OSError as error:
        raise Unmountable(f"'{path}' cannot be shown to sessions at '{place}': {os.strerror(error.errno)}.") from error


def show(root, path):
    """Lets what is at a path of the host be seen at the same path below `root`, with what is mounted there."""
    target = root + path
    with naming(path, path):
        if os.path.isdir(path):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            make_file(target)
        kernel.mount(path, target, flags=kernel.BIND | kernel.REC)


def make_file(path):
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def path_of(mount, spaces):
    return f"{ROOT}/{mount['name']}" if spaces else mount["hostPath"]


def bind(root, mounts, libraries):
    """Mounts them below the root that a session is about to enter, beside the libraries that are there."""
    if not mounts:
        return
    kernel.mount("tmpfs", root + ROOT, "tmpfs", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC, "size=64k,mode=755")
    for directory in libraries:
        show(root, directory)
    sources = []
    try:
        for mount in mounts:
            with naming(mount["hostPath"], path_of(mount, spaces=True)):
                source = kernel.open_without_links(mount["hostPath"])  # a session with a writable mount may have put a link there since
                sources.append(source)
                target = root + path_of(mount, spaces=True)
                if os.path.isdir(f"/proc/self/fd/{source}"):
                    os.mkdir(target)
                else:
                    make_file(target)
        kernel.mount_attributes(root + ROOT, kernel.RDONLY | kernel.NOSUID)
        for mount, source in zip(mounts, sources):
            target = root + path_of(mount, spaces=True)
            with naming(mount["hostPath"], path_of(mount, spaces=True)):
                kernel.mount(f"/proc/self/fd/{source}", target, flags=kernel.BIND | kernel.REC)
                kernel.mount_attributes(target, kernel.NOSUID | kernel.NODEV | (0 if mount["writable"] else kernel.RDONLY))
    finally:
        for source in sources:
            os.close(source)
