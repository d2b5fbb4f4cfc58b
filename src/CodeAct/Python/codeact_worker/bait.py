"""What the probe goes for: things of the host and of another session that are open to anyone, but for the sandbox."""

import contextlib
import ctypes
import os
import shutil
import socket
import stat
import tempfile

DEVICES = ("/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/net/tun")
CREATE, REMOVE = 0o1000, 0  # IPC_CREAT, IPC_RMID
NAME = "codeact-bait-"


class Bait:
    """`secrets` are paths of the host that must be out of reach."""

    def __init__(self, secrets, host):
        self.secrets = secrets
        self.host = host
        self.directory = tempfile.mkdtemp(prefix=NAME)
        self.file = os.path.join(self.directory, "secret")
        self.mount = {"name": "bait", "hostPath": os.path.join(os.path.realpath(self.directory), "mounted"), "writable": False}
        self.abstract = f"\0{NAME}{host}"
        self.key = 0x0C0D0000 | host & 0xFFFF
        self.segment = None
        self.port = 9
        self.devices, self.disk = [*filter(os.path.exists, DEVICES)], os.makedev(7, 0)
        for entry in os.scandir("/dev"):
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISBLK(status.st_mode) and len(self.devices) < len(DEVICES) + 3:
                    self.devices.append(entry.path)
                    self.disk = status.st_rdev

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
            os.chmod(self.directory, 0o755)
            for path in (self.file, self.mount["hostPath"]):
                with open(path, "w") as file:
                    file.write("a secret")
                os.chmod(path, 0o644)
            listening = stack.enter_context(socket.socket(socket.AF_UNIX))
            listening.bind(self.abstract)
            listening.listen()
            self.lay_port(stack)
            self.segment = self.take(CREATE | 0o666)
            stack.callback(lambda: _libc().shmctl(self.segment, REMOVE, None))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failure):
        self.stack.close()

    def lay_port(self, stack):
        """A port that anyone on this machine can connect to; not where the template's own network has no loopback."""
        with contextlib.suppress(OSError):
            listening = stack.enter_context(socket.socket())
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            self.port = listening.getsockname()[1]

    def take_segment(self):
        self.take(0)

    def take(self, flags):
        number = _libc().shmget(self.key, 4096, flags)
        if number == -1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return number


def _libc():
    return ctypes.CDLL(None, use_errno=True)
