"""IPython as it comes, in a plain child process: nothing is confined, limited, streamed or kept.

Cells come on standard input, what each has shown goes to standard output, with its length (4 bytes, little endian) before it.
usage: ipython_child.py [MODULE]...     imports these first
       ipython_child.py --time          prints microseconds of run_cell alone, a figure a line
"""

import importlib
import io
import os
import struct
import sys
import time

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

BATCHES, CELLS = 20, 200


def make_shell():
    config = Config()
    config.HistoryManager.enabled = False  # the database, which CodeAct's sessions have not either; history itself is kept
    config.InteractiveShell.colors = "NoColor"
    return InteractiveShell.instance(config=config)


def run(shell, code):
    sys.stdout = sys.stderr = shown = io.StringIO()
    try:
        shell.run_cell(code, store_history=True)
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    return shown.getvalue()


def serve(shell):
    cells, answers = os.fdopen(0, "rb"), os.fdopen(os.dup(1), "wb")
    while size := cells.read(4):
        code = cells.read(*struct.unpack("<I", size)).decode()
        shown = run(shell, code).encode()
        answers.write(struct.pack("<I", len(shown)) + shown)
        answers.flush()


def measure(shell):
    for _ in range(BATCHES):
        began = time.perf_counter()
        for _ in range(CELLS):
            run(shell, "1+1")
        print(1e6 * (time.perf_counter() - began) / CELLS)


if sys.argv[1:] == ["--time"]:
    measure(make_shell())
else:
    for name in sys.argv[1:]:
        importlib.import_module(name)
    serve(make_shell())
