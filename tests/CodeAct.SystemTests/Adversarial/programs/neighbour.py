"""The furniture of a neighbour: a thing of each kind that sessions might share, each with SECRET in it or under a name known to all."""

import ctypes
import mmap
import os
import random
import socket

import numpy

KEY = 0x0C0DEAC7
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
things = {}


def furnish(name, make):
    try:
        things[name] = make()
    except OSError:  # not to be had in this sandbox, so not to be stolen either
        pass


def system_v_memory():
    segment = libc.shmget(KEY, 4096, 0o1666)
    if segment == -1:
        raise OSError
    address = libc.shmat(segment, None, 0)
    ctypes.memmove(address, SECRET.encode(), len(SECRET))
    return address


def shared_memory():
    file = os.open("/dev/shm/codeact-neighbour", os.O_CREAT | os.O_RDWR, 0o666)
    os.write(file, SECRET.encode())
    return file


def listener(address, kind=socket.SOCK_STREAM):
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen()
    made.setblocking(False)
    return made


with open("secret", "w") as file:
    file.write(SECRET)
os.chmod("secret", 0o666)
os.chmod(".", 0o777)
os.environ["NEIGHBOUR"] = SECRET
furnish("memory", system_v_memory)
furnish("semaphore", lambda: libc.semget(KEY, 1, 0o1666))
furnish("queue", lambda: libc.msgget(KEY, 0o1666))
furnish("shm", shared_memory)
furnish("abstract", lambda: listener("\0codeact-neighbour"))
furnish("abstract datagram", lambda: listener("\0codeact-neighbour-datagram", socket.SOCK_DGRAM))
furnish("named secret", lambda: listener("\0" + SECRET))


def damage():
    """What somebody has done to it."""
    found = []
    if sorted(name for name in os.listdir() if not name.startswith(".")) != ["secret"] or open("secret").read() != SECRET:
        found.append("workspace")
    if "memory" in things and ctypes.string_at(things["memory"], len(SECRET)) != SECRET.encode():
        found.append("System V memory")
    if "shm" in things and os.pread(things["shm"], 99, 0) != SECRET.encode():
        found.append("POSIX memory")
    for name in ("abstract", "abstract datagram", "named secret"):
        if name in things:
            try:
                things[name].recv(1) if name == "abstract datagram" else things[name].accept()
                found.append(name)
            except BlockingIOError:
                pass
    return found
