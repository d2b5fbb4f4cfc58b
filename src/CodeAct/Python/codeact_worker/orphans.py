"""Ends processes that may be forking faster than they are killed: first all of them are stopped, then all are killed."""

import contextlib
import os
import signal
import time

WITHIN = 1.0  # seconds; what is left then is found again when the first of them have ended


def end(parent, spared):
    """Ends the children of a process but for the spared, and all that descends from them."""
    stopped = set()
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        found = [link for link in _below(parent, spared) if link not in stopped]
        if not found:
            break
        for link in found:
            _send(link, signal.SIGSTOP)
        stopped.update(found)
    for link in stopped:
        _send(link, signal.SIGKILL)


def _below(parent, spared=()):
    """What descends from a process, as (parent, child): a number alone may be another's by the time it is used."""
    for child in _children(parent):
        if child not in spared:
            yield parent, child
            yield from _below(child)


def _children(pid):
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    found = []
    for thread in threads:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as children:
            found += map(int, children.read().split())
    return found


def _send(link, number):
    parent, child = link
    with contextlib.suppress(OSError):
        process = os.pidfd_open(child)
        try:
            if child in _children(parent):
                signal.pidfd_send_signal(process, number)
        finally:
            os.close(process)
