"""What every program finds: where things are that it must not reach (CANARY, set by the host), and words to report with."""

import ctypes
import errno
import os
import socket
import struct
import sys
import time

kept = 42  # looked for afterwards
libc = ctypes.CDLL(None, use_errno=True)
CONTROL = 3  # the engine's socket


def escaped(what):
    os.write(1, f"ESCAPED {what}\n".encode())


def refused(what=""):
    os.write(1, f"REFUSED {what}\n".encode())


def forbidden(*attempts):
    """Each must raise an error of the system's."""
    for attempt in attempts:
        try:
            got = attempt()
        except (OSError, MemoryError) as error:
            refused(error)
        else:
            escaped(f"attempt {attempts.index(attempt)} gave {got!r:.200}")


def call(number, *arguments):
    """A system call by its number on x86-64."""
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def frame(kind, payload=b"", cell=1, length=None):
    """A frame of the engine's own protocol."""
    return struct.pack("<IcI", len(payload) + 4 if length is None else length, kind, cell) + payload


def this_cell():
    """The number that the host has given to the cell that runs."""
    return sys.stdout.output.cell


def child(action):
    """Runs something in a process of C's making, of which Python's own hooks know nothing."""
    pid = libc.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    return pid
