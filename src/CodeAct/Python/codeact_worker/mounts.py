"""Files and directories of the host that one session sees besides its workspace.

With a private root they are at /mnt/NAME; without one Landlock opens the path of the host.
"""

import os

from . import kernel

ROOT = "/mnt"


def path_of(mount, spaces):
    return f"{ROOT}/{mount['name']}" if spaces else mount["hostPath"]


def bind(root, mounts):
    """Mounts them below the root that a session is about to enter."""
    if not mounts:
        return
    kernel.mount("tmpfs", root + ROOT, "tmpfs", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC, "size=64k,mode=755")
    sources = []
    try:
        for mount in mounts:
            source = kernel.open_without_links(mount["hostPath"])  # a session with a writable mount may have put a link there since
            sources.append(source)
            target = root + path_of(mount, spaces=True)
            if os.path.isdir(f"/proc/self/fd/{source}"):
                os.mkdir(target)
            else:
                os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
        kernel.mount_attributes(root + ROOT, kernel.RDONLY)
        for mount, source in zip(mounts, sources):
            target = root + path_of(mount, spaces=True)
            kernel.mount(f"/proc/self/fd/{source}", target, flags=kernel.BIND | kernel.REC)
            kernel.mount_attributes(target, kernel.NOSUID | kernel.NODEV | (0 if mount["writable"] else kernel.RDONLY))
    finally:
        for source in sources:
            os.close(source)
