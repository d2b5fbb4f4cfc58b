"""Calls of the host's tools: from the main thread, from other threads and from event loops, many at a time.

A call is a frame to the host, and each has exactly one answer. There is one control socket, so one reads for all: who waits and
finds nobody reading leads, that is, reads and hands the others their answers, until its own has come; then another leads.
An event loop is told by its selector when there is something to read.
"""

import _thread
import collections
import contextlib
import itertools
import os
import select
import threading
import time

from . import wire

MOST = 10_000  # calls that wait for an answer; the host ends a session that has more
LONGEST = 64 << 20  # bytes of a call, as on the host
ENDED = "the cell that called it has ended; a thread may call tools until the end of the cell that gave it its work"


class ToolError(Exception):
    """A tool did not do what it was called for. `tool` is its name, `message` what it said."""

    def __init__(self, message, tool=None):
        super().__init__(f"{tool}: {message}" if tool else message)
        self.message = message
        self.tool = tool

    def __reduce__(self):
        return type(self), (self.message, self.tool)


class ToolRefused(ToolError, PermissionError):
    """The call was not allowed, and the tool was not called."""


class Call:
    """Something that is waited for."""

    __slots__ = ("number", "answer", "wake", "future")

    def __init__(self, future=None):
        self.number = None
        self.answer = None
        self.future = future  # who waits is an event loop
        self.wake = _thread.allocate_lock()
        self.wake.acquire()

    def settle(self):
        if not self.future.done():
            self.future.set_result(None)


class Calls:
    """Those of one session. What is shielded here is so that an interrupt leaves neither a frame nor this record half done."""

    def __init__(self, output):
        self.output = output
        self.interrupts = output.interrupts
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.open = False  # a cell runs
        self.waiting = {}  # by number: calls without an answer
        self.leader = None
        self.followers = {}  # as an ordered set
        self.rest = None  # the main thread between cells, when it waits until no call waits and nobody else reads
        self.early = collections.deque()  # frames for it that another thread has read
        self.loops = {}  # event loops that wait: number of their calls

    def start(self):
        self.open = True

    def stop(self):
        """From here on nothing is called; the host answers what waits as soon as it knows that the cell has ended."""
        with self.lock:
            self.open = False
        for loop in list(self.loops):
            if not loop.is_running() and not loop.is_closed():
                self.ignore(loop)

    def receive(self):
        """The next frame of the host to the main thread, when no cell runs."""
        with self.lock:
            rest = self.rest = Call() if self.waiting or self.leader else None
        if rest:
            self.wait(rest)
            self.rest = None
        return self.early.popleft() if self.early else self.output.channel.receive()

    def call(self, name, arguments):
        """Calls a tool and waits. Gives the host's answer (JSON)."""
        call = Call()
        shield = self.output.shield()
        try:
            try:
                self.begin(call, name, arguments)
                self.wait(call)
            finally:
                self.give_up(call)
        finally:
            self.output.unshield(shield)
        if call.answer is None:
            raise KeyboardInterrupt
        return call.answer

    async def call_async(self, loop, name, arguments):
        """The same for an event loop."""
        call = Call(loop.create_future())
        listens = False
        try:
            shield = self.output.shield()
            try:
                self.begin(call, name, arguments)
                self.listen(loop)
                listens = True
            finally:
                self.output.unshield(shield)
            await call.future
        finally:
            shield = self.output.shield()
            try:
                self.give_up(call)
                if listens:
                    self.ignore(loop)
            finally:
                self.output.unshield(shield)
        return call.answer

    def begin(self, call, name, arguments):
        if self.output.detached:
            raise ToolRefused("only the session's own process may call tools, not one that it has forked", name)
        if len(arguments) > LONGEST - 1000:
            raise ValueError(f"{name}: the arguments are {len(arguments):,} bytes of JSON, and the most is {LONGEST - 1000:,}; "
                             "write them to a file and pass its Path")
        with self.lock:  # until it is sent: what is called while a cell runs is sent before that cell's end
            if not self.open or self.output.current_cell() != self.output.cell:
                raise ToolRefused(ENDED, name)
            if len(self.waiting) >= MOST:
                raise ToolRefused(f"{MOST} calls wait for their answers already; wait for them before calling more", name)
            call.number = next(self.numbers)
            self.waiting[call.number] = call
            payload = b'{"call":%d,"name":%b,"arguments":%b}' % (call.number, wire.to_json(name), arguments)
            while len(payload) > wire.LONGEST:
                self.output.send(wire.PART, payload[:wire.LONGEST])
                payload = payload[wire.LONGEST:]
            self.output.send(wire.CALL, payload)

    def give_up(self, call):
        """Forgets a call that nobody waits for any more, if it has no answer."""
        with self.lock:
            if self.waiting.pop(call.number, None) and self.open:
                self.output.send(wire.CANCEL, b"%d" % call.number)
            self.look_at_rest()

    def wait(self, call):
        """Waits until a call has its answer, or an interrupt has come."""
        goes_on = True
        while goes_on and call.answer is None:
            with self.lock:
                if call.answer is not None:
                    return
                leads = self.leader is None
                if leads:
                    self.leader = call
                else:
                    self.followers[call] = None
            try:
                goes_on = self.lead(call) if leads else self.pause(call.wake.acquire)
            finally:
                with self.lock:
                    self.followers.pop(call, None)
                    if self.leader in (None, call):  # None: it was to lead next, but an interrupt came
                        self.step_down()

    def lead(self, call):
        channel = self.output.channel
        while call.answer is None:
            if not channel.has_frame() and not self.pause(select.select, [channel.sock], [], []):
                return False
            self.read(channel)
        return True

    def read(self, channel):
        """Takes all that has come; at least one frame must be on its way."""
        self.deliver(channel.receive())
        while channel.has_frame():
            self.deliver(channel.receive())

    def pause(self, wait, *arguments):
        """Waits; false when an interrupt came."""
        if _thread.get_ident() == self.output.main:
            return self.interrupts.wait(wait, *arguments)
        wait(*arguments)
        return True

    def deliver(self, frame):
        if frame is None:
            os._exit(0)
        kind, number, payload = frame
        if kind != wire.ANSWER:
            self.early.append(frame)
            return
        with self.lock:
            call = self.waiting.pop(number, None)
            if call is not None:  # else it was given up
                call.answer = payload
                self.wake(call)
            self.look_at_rest()

    def step_down(self):
        """Lets another lead. The lock is held."""
        self.leader = None
        self.look_at_rest()
        if self.followers:
            self.wake(next(iter(self.followers)))

    def look_at_rest(self):
        if self.rest and not self.waiting and self.leader in (None, self.rest):
            self.rest.answer = b""
            self.wake(self.rest)

    def wake(self, call):
        """Lets who waits for a call look again. The lock is held."""
        if call.future:
            with contextlib.suppress(RuntimeError):  # its loop is closed
                call.future.get_loop().call_soon_threadsafe(call.settle)
        elif call in self.followers:
            del self.followers[call]
            call.wake.release()

    def listen(self, loop):
        if loop not in self.loops:
            loop.add_reader(self.output.channel.sock, self.read_for, loop)
        self.loops[loop] = self.loops.get(loop, 0) + 1

    def ignore(self, loop):
        self.loops[loop] = self.loops.get(loop, 0) - 1
        if self.loops[loop] <= 0 or not self.open:
            del self.loops[loop]
            if not loop.is_closed():
                loop.remove_reader(self.output.channel.sock)

    def read_for(self, loop):
        """An event loop has seen that there is something to read."""
        shield = self.output.shield()
        try:
            with self.lock:
                leads = self.leader is None
                if leads:
                    self.leader = loop
            if not leads:
                time.sleep(0.0001)  # lets the leader read it
                return
            try:
                channel = self.output.channel
                if select.select([channel.sock], [], [], 0)[0]:
                    self.read(channel)
            finally:
                with self.lock:
                    self.step_down()
        finally:
            self.output.unshield(shield)
