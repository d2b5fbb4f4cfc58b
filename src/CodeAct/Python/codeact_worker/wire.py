"""Frames between a worker and the host.

A frame is a length (4 bytes, little endian, of what follows the type), a type (1 byte), the id of the cell it belongs to
(4 bytes) and a payload: UTF-8 text, or JSON where there is structure. The host has the same list in Frame.cs.
"""

import _signal
import codecs
import json
import os
import signal
import socket
import struct
import threading

RUN, SET = b"R", b"S"  # host to worker: run a cell (source); set a variable (JSON: name and value)
RUN_SILENTLY = b"r"  # host to worker: run a cell that is not to be seen in the session's history
CHECKPOINT = b"C"  # host to worker: become a checkpoint, with the socket that resumes it; the answer (JSON): pid, or why not
VARIABLES = b"V"  # host to worker: describe the variables; the answer (JSON)
ASK = b"Q"  # host to worker: a question about code (JSON); the answer (JSON)
TOOLS, ANSWER = b"T", b"A"  # host to worker: the tools that there are; an answer (JSON; in place of the cell's id the call's number)
CALL, CANCEL = b"?", b"~"  # worker to host: call a tool (JSON, of which PARTs may come before); the number of a call whose answer nobody waits for any more
PART = b"+"  # worker to host: the beginning of a call that is longer than a frame
READY, DONE = b"H", b"."  # worker to host: confined and waiting (JSON); the cell is over (END)
STDOUT, STDERR = b"1", b"2"  # text
DISPLAY, RESULT, ERROR = b"D", b"X", b"!"  # JSON

OK, RAISED = b"k", b"r"

HEADER = struct.Struct("<IcI")
END = struct.Struct("<ccI")  # OK or RAISED; "i" if interrupted, else "-"; how long the cell ran, in microseconds
LONGEST = 16 << 20  # bytes of a payload; the host takes a longer one for an attack
ONE_DESCRIPTOR = socket.CMSG_SPACE(4)


class Interrupts:
    """Turns SIGINT into KeyboardInterrupt, but only inside a cell and never inside a frame."""

    def __init__(self):
        self.running = False  # a cell runs; between cells a late signal is nobody's
        self.hits = 0  # signals that reached this cell
        self.shielded = 0  # depth of sections of the main thread that must not be cut
        self.pending = False
        self.waiting = False  # within such a section, at a place where nothing is half done

    def start(self):
        """Begins a cell. The cell before may have blocked or replaced the signal."""
        _signal.signal(_signal.SIGINT, self.on_signal)
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_signal.SIGINT,))
        self.hits = 0
        self.pending = self.waiting = False
        self.running = True

    def stop(self):
        """Ends a cell; no KeyboardInterrupt is raised afterwards."""
        while self.running:
            try:
                self.running = False
            except KeyboardInterrupt:
                pass

    def on_signal(self, number, frame):
        if not self.running:
            return
        self.hits += 1
        if self.shielded and not self.waiting:
            self.pending = True
        else:
            self.waiting = False
            raise KeyboardInterrupt

    def wait(self, function, *arguments):
        """Within a shielded section, calls what waits. False when an interrupt came: it is raised at the end of the section."""
        try:
            self.waiting = True
            if not self.pending:
                function(*arguments)
                self.waiting = False
        except KeyboardInterrupt:
            self.pending = True
        self.waiting = False
        return not self.pending

    def unshield(self):
        self.shielded -= 1
        if self.pending and not self.shielded:
            self.pending = False
            raise KeyboardInterrupt


class Channel:
    """The control socket. Frames of several threads never mix; an interrupt never cuts one short."""

    def __init__(self, sock, interrupts):
        self.sock = sock
        self.interrupts = interrupts
        self.lock = threading.Lock()
        self.received = bytearray()
        self.descriptors = []  # that came along with the frames
        self.held = b""

    def send(self, kind, cell, payload):
        """Sends one frame. The caller shields the main thread."""
        with self.lock:
            frames, self.held = self.held + HEADER.pack(len(payload) + 4, kind, cell) + payload, b""
            self.sock.sendall(frames)

    def hold(self, kind, cell, payload):
        """Sends a frame together with the next."""
        with self.lock:
            self.held += HEADER.pack(len(payload) + 4, kind, cell) + payload

    def has_frame(self):
        """A whole frame has been received already."""
        received = self.received
        return len(received) >= 5 and len(received) >= 5 + int.from_bytes(received[:4], "little")

    def receive(self):
        """The next frame as (kind, cell, payload), or None when the host is gone."""
        received = self.received
        while not self.has_frame():
            piece, ancillary, _, _ = self.sock.recvmsg(1 << 16, ONE_DESCRIPTOR, socket.MSG_CMSG_CLOEXEC)
            if not piece:
                return None
            self.descriptors += unpack(ancillary)
            received += piece
        length, kind, cell = HEADER.unpack_from(received)
        end = 5 + length
        payload = bytes(received[HEADER.size:end])
        del received[:end]
        return kind, cell, payload


def _spelled(error):
    """Half of a surrogate pair is no text: it is shown as Python would escape it."""
    return "".join(f"\\\\u{ord(half):04x}" for half in error.object[error.start:error.end]), error.end


codecs.register_error("codeact.spelled", _spelled)


def to_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "codeact.spelled")


def unpack(ancillary):
    """The descriptors that came with a message."""
    return [number for _, _, data in ancillary for number, in struct.iter_unpack("i", data)]


def ending(pid, status):
    """How a process ended, by what waitpid says."""
    code = os.waitstatus_to_exitcode(status)
    return {"process": pid, "exited": code, "signal": signal.Signals(-code).name if code < 0 else None}
