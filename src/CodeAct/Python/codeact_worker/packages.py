"""%pip in a session: packages go into a layer of its own, from the source that the host names, and nowhere else.

The layer lies in the workspace: there it outlives the death of an interpreter and ends with the session. It comes behind the
standard library, which no package may replace, and before the template's packages: what was asked for is what is imported.
(Processes of the session get it as PYTHONPATH, which comes first of all.)
"""

import importlib
import importlib.metadata
import json
import os
import re
import shlex
import sys
import tempfile

from IPython.core.error import UsageError

LAYER = ".packages"
REFUSED = (
    "%pip install is refused: this session has no package source. Whoever starts it can name one: "
    "PythonEngineOptions.Packages, or 'codeact … --packages DIR|URL'.")
FETCHING = ("install", "download", "wheel")
BY_COMMAND = re.compile(r"\s*(?:\S*python[\d.]*\s+-m\s+)?pip[\d.]*\s+(install\s[^&|;<>]*)")
OTHERS = ("conda", "mamba", "micromamba", "uv")


class Packages:
    def __init__(self, shell, source):
        self.shell = shell
        self.source = source
        self.used = None  # the layer that is on the path
        shell.register_magic_function(self.pip, "line", "pip")
        for name in OTHERS:
            shell.register_magic_function(_instead(name), "line", name)

    @property
    def layer(self):
        return os.path.join(self.shell.workspace, LAYER)

    def enter(self, folder=None):
        """At the start of a session, which may see the source's folder at another place."""
        if folder and self.source and self.source["folder"]:
            self.source["folder"] = folder
        self.use()

    def use(self):
        """Puts the layer on the path of this interpreter and of the processes that it starts, once there is one."""
        layer, before = self.layer, self.used
        if layer != before and os.path.isdir(layer):
            if before in sys.path:  # in a session that was forked from another
                sys.path[sys.path.index(before)] = layer
            else:
                sites = [index for index, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages"))]
                sys.path.insert(min(sites, default=len(sys.path)), layer)
            for name, path in (("PYTHONPATH", ""), ("PATH", "/bin")):
                others = [other for other in os.environ.get(name, "").split(os.pathsep) if other and not other.startswith(before or "\0")]
                os.environ[name] = os.pathsep.join([layer + path, *others])
            self.used = layer
            importlib.invalidate_caches()  # else not: it writes to 2 MB, which a worker shares with the template until then

    def pip(self, line):
        """%pip install NAME…: into this session only."""
        arguments = shlex.split(line)
        if importlib.util.find_spec("pip") is None:
            raise UsageError(f"%pip cannot be used: {sys.executable} has no pip (Debian: python3-pip).")
        if not any(argument in FETCHING for argument in arguments):
            self.run(*arguments)
            importlib.invalidate_caches()
            return
        if self.source is None:
            raise UsageError(REFUSED)
        if arguments[0] == "install":
            self.install(arguments[1:])
        else:
            self.run(*arguments)

    def pip_command(self, command):
        """The arguments of a shell command that is nothing but pip install; else None."""
        match = BY_COMMAND.fullmatch(command)
        return match and match[1]

    def install(self, arguments):
        """First finds what is missing beside what the template has, then unpacks that into the layer."""
        building = ["--no-build-isolation"] if self.source["folder"] else []  # what a build needs is in no folder of wheels
        with tempfile.NamedTemporaryFile("r", suffix=".json") as report:
            self.run("install", "--quiet", "--dry-run", "--report", report.name, *building, *arguments)
            wanted = json.load(report)["install"]
        if not wanted:
            print("Everything that was asked for is here already.")
            return
        before = {item["metadata"]["name"]: _version(item["metadata"]["name"]) for item in wanted}
        self.run(
            "install", "--no-deps", "--upgrade", "--target", self.layer, *building,
            *(_place(item["download_info"]) for item in wanted))
        self.use()
        importlib.invalidate_caches()
        for item in wanted:
            self.tell_of_imported(item["metadata"]["name"], before[item["metadata"]["name"]], item["metadata"]["version"])

    def run(self, *arguments):
        if self.shell.launch([sys.executable, "-m", "pip", *arguments], env=self.environment()):
            raise UsageError(f"pip ended with exit code {self.shell.user_ns['_exit_code']}; what it said is above.")

    def environment(self):
        """pip's settings, and none from files. The sandbox, not these, keeps a session from other sources."""
        settings = {
            "CONFIG_FILE": os.devnull, "NO_INPUT": "1", "DISABLE_PIP_VERSION_CHECK": "1", "PROGRESS_BAR": "off",
            "ROOT_USER_ACTION": "ignore", "CACHE_DIR": os.path.join(tempfile.gettempdir(), "pip"),
            "BREAK_SYSTEM_PACKAGES": "1"}  # which a session cannot; pip asks for it to remove what is in the layer
        source = self.source or {"folder": None, "index": None}
        if source["index"]:
            settings["INDEX_URL"] = source["index"]
        else:
            settings["NO_INDEX"] = "1"
        if source["folder"]:
            settings["FIND_LINKS"] = source["folder"]
        own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        return {**own, "PYTHONPATH": self.layer, **{"PIP_" + name: value for name, value in settings.items()}}

    def tell_of_imported(self, name, before, now):
        """Says so when this interpreter goes on with what it imported earlier."""
        for distribution in importlib.metadata.distributions(name=name, path=[self.layer]):
            tops = {file.parts[0].removesuffix(".py") for file in distribution.files or () if file.suffix == ".py"}
            for module in sorted(tops & sys.modules.keys()):
                print(
                    f"Note: {module}{' ' + before if before else ''} was imported before and stays in this interpreter; "
                    f"{now} is seen by the processes that it starts. For {now} here, leave {module} out of the template's modules.")


def _instead(name):
    def refuse(line):
        raise UsageError(f"%{name} is not here: install packages with %pip install NAME, into this session.")

    return refuse


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _place(found):
    """An argument of pip that means just this file."""
    version_control = found.get("vcs_info")
    return f"{version_control['vcs']}+{found['url']}@{version_control['commit_id']}" if version_control else found["url"]
