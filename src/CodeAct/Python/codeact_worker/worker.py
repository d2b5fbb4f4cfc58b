"""One session: takes cells from the host and runs them, until the host hangs up."""

import json
import os
import random
import sys
from time import perf_counter

from . import frozen, questions, tools, variables, wire

LONGEST_RUN = 0xFFFFFFFF  # microseconds


class Worker:
    def __init__(self, shell, output, interrupts, sandbox):
        self.shell = shell
        self.sandbox = sandbox
        self.output = output
        self.interrupts = interrupts
        self.toolbox = tools.Toolbox(shell, output)
        shell.hint = self.toolbox.hint

    def serve(self):
        while True:
            try:
                channel = self.output.channel  # a worker resumed from a checkpoint has another
                frame = self.toolbox.calls.receive()
                if frame is None:
                    os._exit(0)
                kind, cell, payload = frame
                if kind in (wire.RUN, wire.RUN_SILENTLY):
                    self.run(cell, payload.decode("utf-8"), kind == wire.RUN_SILENTLY)
                elif kind == wire.SET:
                    variable = json.loads(payload)
                    self.shell.user_ns[variable["name"]] = variable["value"]
                    self.output.send(wire.DONE, wire.END.pack(wire.OK, b"-", 0), cell)
                elif kind == wire.TOOLS:
                    self.toolbox.define(payload)
                elif kind == wire.VARIABLES:
                    self.output.send(wire.VARIABLES, wire.to_json(variables.describe(self.shell, self.toolbox.names())), cell)
                elif kind == wire.ASK:
                    self.answer(cell, json.loads(payload))
                elif kind == wire.CHECKPOINT:
                    frozen.checkpoint(self.output, channel.descriptors.pop(), self.move)
            except KeyboardInterrupt:  # came between a cell's end and stop(); the cell has been answered or is below
                self.interrupts.stop()

    def move(self, home):
        """A session forked from this one's checkpoint has a workspace of its own."""
        self.sandbox.move(home)
        self.shell.workspace = home
        self.shell.packages.use()

    def rehearse(self, cells):
        """Runs cells that show nothing and leave nothing: what they touch is then ready in memory."""
        self.output.muted = True
        for source in cells:
            self.run(0, source)
        self.output.muted = False
        self.shell.forget()

    def answer(self, cell, question):
        """Answers a question about code: with null when it ran code of the session that failed or was interrupted."""
        found = None
        try:
            try:
                self.interrupts.start()
                found = questions.answer(self.shell, question)
            finally:
                self.interrupts.stop()
        except BaseException:
            self.interrupts.stop()
        self.output.send(wire.ASK, wire.to_json(found), cell)

    def run(self, cell, source, silent=False):
        self.output.start(cell)
        self.toolbox.start()
        status = wire.RAISED
        began = perf_counter()
        try:
            try:
                self.interrupts.start()
                if self.shell.run(source, silent):
                    status = wire.OK
            finally:
                self.interrupts.stop()
        except BaseException:  # an interrupt on the way out of the cell
            self.interrupts.stop()
            if not self.shell.error_sent:
                self.shell.show_error(*sys.exc_info())
        self.toolbox.calls.stop()
        ran = min(int((perf_counter() - began) * 1e6), LONGEST_RUN)
        self.output.end(wire.END.pack(status, b"i" if self.interrupts.hits else b"-", ran))


def reseed():
    """Sessions are forks of one process: without this, all would draw the same numbers."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy:
        numpy.random.seed(int.from_bytes(os.urandom(4), "little"))  # without a number it takes ten times as long
