"""The first process of a session's namespace: it waits, and with it end all the others.

A program of 192 bytes, for every session has one: `sleep` would take 0.15 MB and, to load the C library, a millisecond.
"""

import os
import platform
import struct

SLEEP = ["/usr/bin/env", "--ignore-signal=CHLD", "sleep", "infinity"]  # on other processors

BASE = 0x400000
CODE = bytes.fromhex(
    "bf11000000"      # mov edi, SIGCHLD
    "488d351c000000"  # lea rsi, [action]
    "31d2"            # xor edx, edx
    "41ba08000000"    # mov r10d, 8  (bytes of a set of signals)
    "b80d000000"      # mov eax, rt_sigaction
    "0f05"            # syscall
    "b822000000"      # mov eax, pause
    "0f05"            # syscall
    "ebf7"            # jmp to the one before
    "00000000")
ACTION = struct.pack("<4Q", 1, 0, 0, 0)  # SIG_IGN: orphans that end leave nothing behind, the kernel reaps them
HEADERS = 64 + 56
EXEC = 0x10  # linux/memfd.h


class Keeper:
    def __init__(self):
        self.path, *_ = self.arguments = SLEEP
        if platform.machine() == "x86_64":
            descriptor = _in_memory("keeper")
            os.write(descriptor, _program())
            path = f"/proc/self/fd/{descriptor}"
            if os.access(path, os.X_OK):  # else vm.memfd_noexec forbids it
                self.path, self.arguments = path, ["codeact-keeper"]

    def spawn(self):
        """Its pid, as this process sees it."""
        return os.posix_spawn(self.path, self.arguments, {})


def _in_memory(name):
    try:
        return os.memfd_create(name, os.MFD_CLOEXEC | EXEC)
    except OSError:  # before Linux 6.3, where all are executable
        return os.memfd_create(name)


def _program():
    """An ELF file of one segment: readable and executable, from the first byte to the last."""
    size = HEADERS + len(CODE) + len(ACTION)
    ident = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)  # 64 bits, little endian
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, BASE + HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, size, size, 0x1000)
    return header + segment + CODE + ACTION
