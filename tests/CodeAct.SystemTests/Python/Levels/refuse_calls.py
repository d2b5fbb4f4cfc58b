"""Runs a program in a kernel that has less: refuse_calls.py NAMES PROGRAM ARGUMENTS...

NAMES are joined by commas: userns (no user namespaces, as an administrator may decide), landlock (a kernel before 5.13, or one
that was started without it), seccomp (no filters).
"""

import ctypes
import os
import platform
import struct
import sys

ARM = platform.machine() == "aarch64"
CLONE, UNSHARE, PRCTL, SECCOMP = (220, 97, 167, 277) if ARM else (56, 272, 157, 317)
LANDLOCK = 444
NEWUSER, SET_NO_NEW_PRIVS, SET_SECCOMP, FILTER = 0x10000000, 38, 22, 2
EPERM, ENOSYS, EINVAL = 1, 38, 22
LOAD, EQUAL, ANY, RETURN = 0x20, 0x15, 0x45, 0x06


def refuse(call, errno, argument=None, test=EQUAL):
    """When the number fits and, where asked for, the first argument does."""
    answer = (RETURN, 0, 0, 0x00050000 | errno)
    if argument is None:
        return [(EQUAL, 0, 1, call), answer]
    return [(EQUAL, 0, 4, call), (LOAD, 0, 0, 16), (test, 0, 1, argument), answer, (LOAD, 0, 0, 0)]


REFUSALS = {
    "userns": refuse(UNSHARE, EPERM, NEWUSER, ANY) + refuse(CLONE, EPERM, NEWUSER, ANY),
    "landlock": refuse(LANDLOCK, ENOSYS),
    "seccomp": refuse(PRCTL, EINVAL, SET_SECCOMP) + refuse(SECCOMP, ENOSYS),
}


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def main(names, command):
    steps = [(LOAD, 0, 0, 0)]
    for name in names.split(","):
        steps += REFUSALS[name]
    steps.append((RETURN, 0, 0, 0x7FFF0000))
    libc = ctypes.CDLL(None)
    program = Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0):
        sys.exit("no filter could be set")
    os.execvp(command[0], command)


main(sys.argv[1], sys.argv[2:])
