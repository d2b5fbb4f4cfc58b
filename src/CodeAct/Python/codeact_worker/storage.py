"""Workspaces with a quota: each is a file system of its own, in memory.

They are mounted in a namespace in which no process lives, so that a fork does not copy the mounts of all sessions. A worker
gets a second mount of its own workspace, and the host a descriptor through which it reaches the files. When the host removes
the directory on which a workspace is mounted, the kernel unmounts it.
"""

import contextlib
import os

from . import kernel


class Storage:
    def __init__(self):
        self.on = False

    def separate(self):
        """Makes the namespace; this process is in the one that it is to stay in."""
        self.on = True
        self.own = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        with self.elsewhere():
            kernel.unshare(kernel.NEWNS)
            self.place = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)

    @contextlib.contextmanager
    def workspace(self, place, workspace, limits):
        """Gives descriptors: of mounts of the workspace and of its branches, for the worker that is forked within; of the place
        that both are in, for the host. None at all where there are no namespaces: they are then the directories of these names.
        """
        if not self.on:
            yield [], []
            return
        with contextlib.ExitStack() as opened:
            with self.elsewhere():
                kernel.setns(self.place, kernel.NEWNS)
                if not os.path.ismount(place):
                    make(place, limits)
                sources = []
                for directory in (workspace, os.path.join(os.path.dirname(workspace), "branches")):
                    sources.append(kernel.copy_of_mount(directory))
                    opened.callback(os.close, sources[-1])
                kept = os.open(place, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
                opened.callback(os.close, kept)
            yield sources, [kept]

    @contextlib.contextmanager
    def elsewhere(self):
        """Back in our own namespace afterwards, and in the same directory."""
        directory = os.getcwd()
        try:
            yield
        finally:
            kernel.setns(self.own, kernel.NEWNS)
            os.chdir(directory)


def make(place, limits):
    size = f"size={limits['workspaceBytes']},nr_inodes={limits['workspaceFiles'] + 3},mode=711"  # three directories of ours
    kernel.mount("tmpfs", place, "tmpfs", kernel.NOSUID | kernel.NODEV, size)
    os.mkdir(os.path.join(place, "files"), 0o700)
    os.mkdir(os.path.join(place, "branches"), 0o711)
