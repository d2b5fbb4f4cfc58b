"""A worker that is a process of its own, for platforms without a sandbox: no fork, no template, no descriptors passed along.

It connects back to the host and shows a token, so that nobody else can pose as it. Its standard input is the host's other
line: each byte is an interrupt, and its end is the host's. What is written to descriptors 1 and 2 it reads itself, because
not every platform lets the host see how full a pipe is: what the pipes hold goes out before every frame, and so in order.
"""

import _thread
import codecs
import json
import os
import select
import signal
import socket
import sys

from . import interpreter
from . import output as outputs
from . import shell as shells
from . import wire, worker

PIECE = 1 << 16
AT_MOST = 1 << 20  # bytes of a pipe taken at a time: who keeps writing does not keep a cell from ending


class OwnPipe:
    """Descriptor 1 or 2 and the end at which it is read."""

    def __init__(self, descriptor, kind):
        self.kind = kind
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may be split between two reads
        self.reading, writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.dup2(writing, descriptor)
        os.close(writing)
        self.ended = False

    def take(self):
        """What it holds now, as text."""
        pieces = bytearray()
        while not self.ended and len(pieces) < AT_MOST:
            try:
                piece = os.read(self.reading, PIECE)
            except BlockingIOError:
                break
            except OSError:  # the cell has closed it
                piece = b""
            self.ended = not piece
            pieces += piece
        return self.decoder.decode(pieces)


class PlainOutput(outputs.Output):
    def attach(self, channel):
        self.pipes = [OwnPipe(1, wire.STDOUT), OwnPipe(2, wire.STDERR)]
        super().attach(channel)
        self.follow_forks()
        _thread.start_new_thread(self.pump, ())

    def start(self, cell):
        with self.lock:
            self.drain()  # what came since the last cell is not this one's
        super().start(cell)

    def drain(self):
        for pipe in self.pipes:
            text = pipe.take()
            if text and not self.muted:
                self.channel.send(pipe.kind, self.cell, text.encode("utf-8"))

    def pump(self):
        """Sends on what is written while Python sends nothing."""
        while True:
            reading = [pipe.reading for pipe in self.pipes if not pipe.ended]
            if not reading:
                return
            try:
                select.select(reading, [], [])
            except (OSError, ValueError):  # the cell has closed one: taking from it finds that
                pass
            with self.lock:
                self.drain()

    def in_forked_child(self):
        super().in_forked_child()
        for pipe in self.pipes:
            os.close(pipe.reading)


class PlainChannel(wire.Channel):
    def receive(self):
        return super().receive() or end()


def end():
    """The host is gone: with this process end those that it started and that have not left its group."""
    os.killpg(0, signal.SIGKILL)


def heed(line, main):
    """Passes on the host's interrupts."""
    while True:
        try:
            called = os.read(line, 1)
        except OSError:  # the cell has closed it
            return
        if not called:
            end()
        signal.pthread_kill(main, signal.SIGINT)


def connect(address, token):
    """A stream to the host: unix:PATH or tcp:PORT."""
    kind, _, place = address.partition(":")
    if kind == "unix":
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.connect(place)
    else:
        stream = socket.create_connection(("127.0.0.1", int(place)))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.sendall(token.encode("ascii"))
    return stream


def main():
    opening = b""
    while not opening.endswith(b"\n"):
        piece = os.read(0, PIECE)
        if not piece:
            sys.exit("The host has hung up.")
        opening += piece
    options = json.loads(opening)
    line = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.setsid()  # a Ctrl-C at the host's terminal is the host's business
    interrupts = wire.Interrupts()
    output = PlainOutput(None, interrupts)
    outputs.install(output)
    os.makedirs(os.environ["TMPDIR"], exist_ok=True)
    shell = shells.make(output, os.environ["IPYTHONDIR"], options["packages"])
    shell.workspace = options["workspace"]
    os.chdir(shell.workspace)
    sys.path[0] = ""
    interpreter.settle(None)
    shell.packages.enter()
    output.attach(PlainChannel(connect(options["address"], options["token"]), interrupts))
    session = worker.Worker(shell, output, interrupts, None)
    if options["warm"]:
        session.rehearse(["1+1", "display(1)", "1/0"])
    _thread.start_new_thread(heed, (line, _thread.get_ident()))
    output.send(wire.READY, wire.to_json({"python": sys.version.split()[0]}), 0)
    session.serve()
