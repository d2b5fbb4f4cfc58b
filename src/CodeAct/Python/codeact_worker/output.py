"""What a cell shows, in the order it was shown.

Text of Python's own streams, displays, results and errors travel as frames on the control socket. What child processes and C
code write to file descriptors 1 and 2 travels in two pipes that the host reads. The order between the two is exact:
a frame is sent only when the pipes are empty, that is, when the host has taken what was written before; and the host, on
finding something in a pipe, first takes the frames that were sent before it.
"""

import _thread
import array
import concurrent.futures.thread
import contextlib
import ctypes
import fcntl
import functools
import io
import os
import subprocess
import sys
import termios
import threading
import time

from . import wire

FLUSH_AFTER = 0.010  # seconds that text may wait for more
FLUSH_AT = 16 * 1024  # characters
LONGEST_PIECE = 1 << 20  # characters in a frame
DRAIN_WITHIN = 2.0  # seconds to wait for the host to empty the pipes; longer only when someone keeps writing


class Output:
    """Collects text and sends frames. One lock keeps the order among threads."""

    def __init__(self, channel, interrupts):
        self.channel = channel
        self.interrupts = interrupts
        self.lock = threading.RLock()
        self.main = _thread.get_ident()
        self.cell = 0
        self.kind = wire.STDOUT
        self.owner = 0  # the cell that the collected text belongs to
        self.parts = []
        self.size = 0
        self.flushed_at = 0.0
        self.sending = False
        self.noisy = False  # this cell's pipes do not get empty: a process keeps writing
        self.muted = False  # while a worker warms up
        self.detached = False  # in a child made by os.fork: no frames, plain writes
        self.wake = None  # released to make the flusher look again
        self.waiting = False
        self.unread = array.array("i", [0])
        self.flush_c = ctypes.CDLL(None).fflush

    def start(self, cell):
        self.cell = cell
        self.flushed_at = 0.0  # the first line is sent at once
        self.noisy = False

    def current_cell(self):
        """The cell of this thread: that in which it was started."""
        if _thread.get_ident() == self.main:
            return self.cell
        return getattr(threading.current_thread(), "codeact_cell", self.cell)

    def write(self, kind, text):
        if self.detached:
            os.write(1 if kind == wire.STDOUT else 2, text.encode("utf-8", "backslashreplace"))
            return
        shield = self.shield()
        try:
            with self.lock:
                cell = self.current_cell()
                if (kind != self.kind or cell != self.owner) and self.parts:
                    self.flush_text()
                self.kind, self.owner = kind, cell
                self.parts.append(text)
                self.size += len(text)
                if self.size >= FLUSH_AT or text.endswith("\n") and time.monotonic() - self.flushed_at > FLUSH_AFTER:
                    self.flush_text()
                elif not self.waiting and not self.muted:
                    self.wake_flusher()
        finally:
            self.unshield(shield)

    def flush(self):
        if self.detached or not (self.parts or self.sending):  # sending: another thread has text in its hands that must come first
            return
        shield = self.shield()
        try:
            with self.lock:
                self.flush_text()
        finally:
            self.unshield(shield)

    def send(self, kind, payload, cell=None):
        """Sends a frame after the text that was written before it."""
        if self.detached:
            return
        if len(payload) > wire.LONGEST:
            raise ValueError(
                f"This is too large to be shown: {len(payload):,} bytes, and the most is {wire.LONGEST:,}. "
                "Show a part of it, or write it to a file.")
        shield = self.shield()
        try:
            with self.lock:
                self.flush_text()
                self.drain()
                if self.muted:
                    return
                if kind == wire.RESULT:  # the last thing in a cell but its end: both go out together
                    self.channel.hold(kind, self.cell, payload)
                    return
                self.channel.send(kind, self.current_cell() if cell is None else cell, payload)
        finally:
            self.unshield(shield)

    def end(self, told):
        """Ends the cell: nothing of its text is left behind, not even in C's own buffers."""
        self.flush_c(None)
        self.send(wire.DONE, told, self.cell)

    def flush_text(self):
        if self.sending or not self.parts:  # sending: a signal handler that prints has come upon this very code
            return
        self.sending = True
        try:
            text = "".join(self.parts)
            self.parts.clear()
            self.size = 0
            self.drain()
            if not self.muted:
                for start in range(0, len(text), LONGEST_PIECE):
                    if start and self.interrupts.pending:
                        break  # a write that is interrupted half-way
                    piece = text[start:start + LONGEST_PIECE]
                    self.channel.send(self.kind, self.owner, piece.encode("utf-8", "backslashreplace"))
            self.flushed_at = time.monotonic()
        finally:
            self.sending = False

    def drain(self):
        """Waits until the host has taken what the pipes hold."""
        if self.noisy:
            return
        deadline = 0.0
        pause = 0.00005
        while self.pending(1) or self.pending(2):
            now = time.monotonic()
            deadline = deadline or now + DRAIN_WITHIN
            if now > deadline:
                self.noisy = True
                return
            time.sleep(pause)
            pause = min(pause * 2, 0.002)

    def pending(self, fd):
        try:
            fcntl.ioctl(fd, termios.FIONREAD, self.unread)
        except OSError:  # the cell closed or replaced it
            return 0
        return self.unread[0]

    def shield(self):
        if _thread.get_ident() != self.main:
            return False
        self.interrupts.shielded += 1
        return True

    def unshield(self, shield):
        if shield:
            self.interrupts.unshield()

    def wake_flusher(self):
        if self.wake is None:
            wake = _thread.allocate_lock()
            wake.acquire()
            try:
                _thread.start_new_thread(self.keep_flushing, (wake,))
            except RuntimeError:  # the session has all the threads that it may have
                self.flush_text()
                return
            self.wake = wake
        self.waiting = True
        self.wake.release()

    def keep_flushing(self, wake):
        while True:
            wake.acquire()
            wake.acquire(timeout=FLUSH_AFTER)
            if self.wake is not wake:
                return
            with self.lock:
                self.waiting = False
                self.flush_text()

    def rest(self):
        """Lets the flusher's thread end, with nothing left to flush."""
        self.flush()
        wake, self.wake = self.wake, None
        self.waiting = False
        if wake:
            with contextlib.suppress(RuntimeError):  # it was about to look anyway
                wake.release()

    def attach(self, channel):
        """From here on this process is a worker: what it shows goes to the host."""
        self.channel = channel
        self.detached = False

    def follow_forks(self):
        """Children made by os.fork write to the pipes, like any other process."""
        os.register_at_fork(
            before=self.before_fork, after_in_parent=lambda: self.lock.release(), after_in_child=self.in_forked_child)

    def before_fork(self):
        self.flush()
        self.lock.acquire()

    def in_forked_child(self):
        self.lock = threading.RLock()
        self.detached = True
        self.interrupts.shielded = 0
        self.channel.sock.close()


class CellStream(io.TextIOBase):
    """sys.stdout or sys.stderr of a session."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, output, kind, fd):
        self.output = output
        self.kind = kind
        self.fd = fd
        self.name = "<stdout>" if fd == 1 else "<stderr>"
        self.mode = "w"
        self.buffer = io.BufferedWriter(RawStream(self), 1)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self.output.write(self.kind, text)
        return len(text)

    def writelines(self, lines):
        self.write("".join(lines))

    def flush(self):
        self.output.flush()

    def fileno(self):
        return self.fd

    def writable(self):
        return True

    def isatty(self):
        return False

    def close(self):
        self.flush()  # others still print here


class RawStream(io.RawIOBase):
    """The bytes under a CellStream: they take the way of child processes."""

    def __init__(self, text):
        self.text = text

    def writable(self):
        return True

    def fileno(self):
        return self.text.fd

    def write(self, data):
        self.text.flush()
        return os.write(self.text.fd, data)


def _flushing(output, function):
    """What may write below the streams comes after the text that was written before it."""

    @functools.wraps(function)
    def flushing(*args, **kwargs):
        output.flush()
        return function(*args, **kwargs)

    return flushing


def install(output):
    """Makes the streams of this process those of the session and stamps threads with the cell that starts them.

    This happens in the template, once. There, as in children that a cell forks, nothing is framed.
    """
    output.detached = True
    sys.stdout = sys.__stdout__ = CellStream(output, wire.STDOUT, 1)
    sys.stderr = sys.__stderr__ = CellStream(output, wire.STDERR, 2)
    start = threading.Thread.start

    def stamped_start(thread):
        thread.codeact_cell = output.current_cell()
        start(thread)

    threading.Thread.start = stamped_start
    _stamp_work(output)
    for owner, name in ((os, "system"), (os, "write"), (os, "posix_spawn"), (os, "posix_spawnp"), (subprocess.Popen, "_execute_child")):
        setattr(owner, name, _flushing(output, getattr(owner, name)))


def _stamp_work(output):
    """Threads of a pool outlive a cell and work for others: they belong to the cell that gave them their work."""
    item = concurrent.futures.thread._WorkItem
    make, run = item.__init__, item.run

    def stamped_make(work, *arguments, **options):
        work.codeact_cell = output.current_cell()
        make(work, *arguments, **options)

    def stamped_run(work):
        threading.current_thread().codeact_cell = work.codeact_cell
        run(work)

    item.__init__, item.run = stamped_make, stamped_run
