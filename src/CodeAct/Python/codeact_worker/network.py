"""The network of a session that has an allow-list: a namespace of its own in which there is the proxy's socket and nothing else.

The template makes the socket, in the namespace that it will fork the session into, and gives it to the host, which accepts on
it and filters: a socket stays in the namespace it was made in, whoever holds it.
"""

import contextlib
import fcntl
import os
import socket
import struct

from . import kernel

HOST, PORT = "127.0.0.1", 3128
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
WAITING = 128


class Networks:
    def __init__(self):
        self.own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @contextlib.contextmanager
    def apart(self, wanted):
        """Within it, where wanted, this process is in a new network namespace; gives the descriptors that the host is to have."""
        if not wanted:
            yield []
            return
        kernel.unshare(kernel.NEWNET)
        try:
            with socket.socket() as listening:
                flags = fcntl.ioctl(listening, GET_FLAGS, struct.pack("16sH14x", b"lo", 0))
                fcntl.ioctl(listening, SET_FLAGS, struct.pack("16sH14x", b"lo", struct.unpack("16sH14x", flags)[1] | UP))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind((HOST, PORT))
                listening.listen(WAITING)
                yield [listening.fileno()]
        finally:
            kernel.setns(self.own, kernel.NEWNET)


def set_environment():
    """Tells HTTP clients of the proxy. An empty NO_PROXY: there is nothing that they reach without it."""
    os.environ.update(dict.fromkeys(VARIABLES, f"http://{HOST}:{PORT}"), NO_PROXY="", no_proxy="")
