"""Notebook cells by IPython's own machinery, with a session's ways of showing things."""

import base64
import builtins
import contextlib
import keyword
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import warnings

from IPython.core.autocall import IPyAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.error import UsageError
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.lib import pretty
from traitlets import Any, Type
from traitlets.config import Config

from . import figures_or_none, interpreter, limits, packages, tracebacks, wire

LONGEST_TEXT = 8 << 20  # characters of one form of a value
LONGEST_BYTES = 8 << 20


FIRST_NAME = re.compile(r"[^\W\d]\w*")
PLAIN = {bool, int, float, complex, str, bytes, list, tuple, dict, set}  # which have no other form than text
ATOMS = {int, float, str}
AS_REPR = pretty._type_pprinters[int]


class Compiler(CachingCompiler):
    """Names cells the way tracebacks show them."""

    def __init__(self):
        super().__init__()
        self.flags = 0  # codeop's would call an unclosed bracket "incomplete input": a terminal waits for more, a cell does not
        self.parsed = None  # source and tree, until that is taken

    def look_at(self, source):
        """Parses what will be run as it is, unless it is changed first: then this tree is left lying."""
        self.parsed = source, super().ast_parse(source)

    def ast_parse(self, source, filename="<unknown>", symbol="exec"):
        parsed, self.parsed = self.parsed, None
        return parsed[1] if parsed and parsed[0] == source and symbol == "exec" else super().ast_parse(source, filename, symbol)

    def get_code_name(self, raw_code, transformed_code, number):
        return f"<cell {number}>"


class ResultHook(DisplayHook):
    """Sends the value of the last expression."""

    def quiet(self):
        """Whether the cell ends in a semicolon; IPython looks at its tokens, of which most cells have none."""
        cells = self.shell.history_manager.input_hist_parsed
        return (not cells or ";" in cells[-1]) and super().quiet()

    def write_output_prompt(self):
        pass

    def finish_displayhook(self):
        pass

    def compute_format_data(self, result):
        if type(result) in PLAIN:
            return {"text/plain": self.text(result)}, {}
        self.shell.format_errors = []
        try:
            data, metadata = super().compute_format_data(result)
            errors = self.shell.format_errors
        finally:
            self.shell.format_errors = None
        if errors and "text/plain" not in data:
            raise errors[0]
        return data, metadata

    def text(self, result):
        """What IPython's formatter makes of it; where that is no more than repr, without the way there."""
        formatter = self.shell.display_formatter.formatters["text/plain"]
        if type(result) in ATOMS and formatter.type_printers.get(type(result)) is AS_REPR:
            with contextlib.suppress(ValueError):  # an int of too many digits
                return repr(result)
        return formatter(result)

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.output.send(wire.RESULT, bundle(format_dict))


class Publisher(DisplayPublisher):
    """Sends what display() shows."""

    def publish(self, data, metadata=None, source=None, **kwargs):
        if data:
            self.shell.output.send(wire.DISPLAY, bundle(data))

    def clear_output(self, wait=False):
        pass


class Shell(InteractiveShell):
    compiler_class = Type(Compiler)
    displayhook_class = Type(ResultHook)
    display_pub_class = Type(Publisher)
    output = Any()
    workspace = "/workspace"
    limits = None  # of the session
    packages = Any()
    error_sent = False
    format_errors = None
    hint = staticmethod(lambda error: "")  # what to say of an exception besides; the worker's tools know more

    def transform_cell(self, raw_cell):
        """IPython's own syntax turned into Python's. Most cells have none of it, and then the twelve passes are saved."""
        return raw_cell if self.is_plain_python(raw_cell) else super().transform_cell(raw_cell)

    def is_plain_python(self, code):
        try:
            self.compile.look_at(code)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
        if "\n" in code.strip():
            return True
        name = FIRST_NAME.match(code)  # "ls" is Python too: a lone line may begin with the name of a magic, or be a lone "exit"
        if name is None:
            return True
        value = self.user_ns.get(name[0], self)
        if value is self:
            return hasattr(builtins, name[0]) or keyword.iskeyword(name[0])
        return not isinstance(value, IPyAutocall)

    def should_run_async(self, raw_cell, *, transformed_cell=None, preprocessing_exc_tuple=None):
        """Whether the cell awaits something, which takes a look at its tree; most say so by not having the word."""
        code = transformed_cell or raw_cell
        return ("await" in code or "async" in code) and super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, preprocessing_exc_tuple=preprocessing_exc_tuple)

    def showtraceback(self, exc_tuple=None, filename=None, tb_offset=None, exception_only=False, running_compiled_code=False):
        etype, value, tb = self._get_exc_info(exc_tuple)
        if self.format_errors is not None and not isinstance(value, KeyboardInterrupt):
            self.format_errors.append(value)  # one of several ways to show a result failed
        else:
            self.show_error(etype, value, tb)

    def showsyntaxerror(self, filename=None, running_compiled_code=False):
        self.show_error(*self._get_exc_info(None))

    def show_error(self, etype, value, tb):
        if issubclass(etype, UsageError):
            tb = None  # its frames are IPython's
        name, message, text = tracebacks.render(etype, value, tb, self.workspace)
        hint = self.hint(value)
        message, text = message + hint, text + hint
        limit = limits.reached(value, self.limits)
        if limit:
            text += f" ({limit})" if message else f": {limit}"
            message += f" ({limit})" if message else limit
        if self.error_sent:  # a cell raises once; what fails after that is told in passing
            print(text, file=sys.stderr)
            return
        self.error_sent = True
        self.output.send(wire.ERROR, wire.to_json({"name": name, "message": message, "traceback": shorten(text)}))

    def system(self, cmd):
        """What !command does: the command writes where the cell writes, and nobody types into it."""
        command = self.var_expand(cmd, depth=1)
        install = self.packages.pip_command(command)
        if install:
            self.packages.pip(install)
        else:
            self.launch(command, shell=True)

    def launch(self, command, **options):
        """Runs a program to its end and gives its exit code."""
        sys.stdout.flush()
        captured = not hasattr(sys.stdout, "output")
        options.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen(
            command, **interpreter.OWN_GROUP, **options,
            stdout=subprocess.PIPE if captured else None, stderr=subprocess.STDOUT if captured else None)
        try:
            if captured:
                for line in process.stdout:
                    sys.stdout.write(line.decode("utf-8", "replace"))
            self.user_ns["_exit_code"] = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        return process.returncode

    system_piped = system_raw = system

    def script(self, program):
        """What %%bash does. IPython's own leaves a thread running for good, and with a thread there is no checkpoint."""

        def run(line, cell):
            with tempfile.TemporaryFile() as source:
                source.write(cell.encode())
                source.seek(0)
                if self.launch([program, *shlex.split(line)], stdin=source):
                    raise subprocess.CalledProcessError(self.user_ns["_exit_code"], program)

        return run

    def ask_exit(self):
        raise SystemExit

    def enable_matplotlib(self, gui=None):
        """%matplotlib: figures are shown as pictures already."""
        return "inline", "inline"

    def enable_gui(self, gui=None):
        pass

    def run(self, code, silent=False):
        """Runs a cell; true when it ended without an exception. A silent one shows no result and is not in the history."""
        self.error_sent = False
        self.run_cell(code, store_history=not silent, silent=silent)
        try:
            if figures_or_none():
                figures_or_none().show_left_open()
        except Exception:
            self.showtraceback()
        return not self.error_sent

    def forget(self):
        """Goes back to the state before the first cell."""
        self.reset(new_session=True)
        self.execution_count = 1
        self.user_ns.pop("_exit_code", None)


def bundle(data):
    """A MIME bundle as JSON: text as it is, bytes in base64, structures as JSON text."""
    return wire.to_json(forms(data))


def forms(data):
    """Each form of a MIME bundle as text."""
    return {kind: _text(value) for kind, value in data.items()}


def _text(value):
    if isinstance(value, str):
        return shorten(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        if len(value) > LONGEST_BYTES:
            return f"({len(value):,} bytes are too many to be shown)"
        return base64.b64encode(value).decode("ascii")
    return shorten(wire.to_json(value).decode("utf-8"))


def shorten(text):
    """What goes into one frame, of which the host takes no more than 16 MiB."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}... ({len(text):,} characters, cut)"


def nobody_types(prompt=""):
    raise EOFError("input() cannot be used here: nobody is there to type. Put the value into the code or into a variable.")


class FiguresHook:
    """Gives pyplot the session's backend at the moment when it is first imported, whenever that is."""

    def find_spec(self, name, path, target=None):
        if name == "matplotlib.pyplot":
            sys.meta_path.remove(self)
            matplotlib = sys.modules["matplotlib"]
            if matplotlib.rcParams["backend"].lower() == "agg":  # the environment's: the cell has not chosen another
                matplotlib.use("module://codeact_worker.figures")
        return None


def make(output, ipython_directory, package_source):
    """The shell of this process."""
    if "matplotlib.pyplot" not in sys.modules:
        sys.meta_path.insert(0, FiguresHook())
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.banner1 = ""
    config.InteractiveShell.ipython_dir = ipython_directory
    config.InteractiveShell.xmode = "Plain"
    config.IPCompleter.use_jedi = False
    shell = Shell.instance(config=config, output=output)
    for program in ("bash", "sh"):
        shell.register_magic_function(shell.script(program), "cell", program)
    shell.packages = packages.Packages(shell, package_source)
    shell.set_hook("show_in_pager", _print_page, 1)
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type_by_name("matplotlib.figure", "Figure", lambda figure: figures_or_none().as_result(figure))
    builtins.input = nobody_types
    warnings.filterwarnings("ignore", message="To exit: use")
    warnings.filterwarnings("ignore", message=r".*multi-threaded, use of fork", category=DeprecationWarning)  # our thread, not the cell's
    return shell


def _print_page(shell, data, start=0, screen_lines=0, pager_cmd=None):
    print(data["text/plain"] if isinstance(data, dict) else data)
