"""The host's tools as Python functions.

    weather("Rome")                    a call waits for the result
    await weather("Rome")              in async code it gives a coroutine: await asyncio.gather(weather("Rome"), weather("Oslo"))
    call_tool("get-weather", city="Rome")    by the name that the host has for it
    tools.search("weather forecast"), tools["get-weather"], help(weather)

Async code is an `async def`, or a cell that uses await outside of functions; a comprehension counts as the code that it stands in.
Functions are made of what the host says as data: no text of a tool is ever compiled.
"""

import asyncio
import base64
import builtins
import difflib
import inspect
import json
import keyword
import re
import sys
import types
import unicodedata

from . import calls, values
from .calls import ToolError, ToolRefused

TAKEN = {"call_tool", "tools", "ToolError", "In", "Out", "get_ipython", "exit", "quit", "display"} | set(dir(builtins))
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
UNKNOWN = {"type": "object", "properties": {}}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")


class Tool:
    """One tool: what the host has said of it, and the function that calls it."""

    def __init__(self, definition, safe, toolbox):
        self.definition = definition
        self.name = definition["name"]
        self.toolbox = toolbox
        self.description = (definition.get("description") or "").strip()
        parameters = definition.get("parameters")
        self.schema = values.Schema(parameters if isinstance(parameters, dict) else UNKNOWN)
        self.parameters = {}  # by the name in Python: the name for the host and its schema
        self.safe = {}  # by the name for the host: the name in Python
        self.required = set()
        self.function = self.make(safe)

    def make(self, safe):
        def function(*args, **kwargs):
            return self.call(args, kwargs, sys._getframe(1))

        signature = self.signature()
        function.__name__ = function.__qualname__ = safe
        function.__module__ = "__main__"
        function.__signature__ = signature
        function.__annotations__ = {
            parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        if signature.return_annotation is not signature.empty:
            function.__annotations__["return"] = signature.return_annotation
        function.__doc__ = self.documentation(safe)
        return function

    def signature(self):
        root = self.schema.resolve(self.schema.root)
        properties = root.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = root.get("required")
        self.required = {name for name in properties if isinstance(required, list) and name in required}
        parameters = []
        for name in sorted(properties, key=lambda name: name not in self.required):  # stable: else as the schema has them
            schema = properties[name] if isinstance(properties[name], dict) else {}
            safe = _identifier(name, self.parameters)
            self.parameters[safe] = name, schema
            self.safe[name] = safe
            default = inspect.Parameter.empty if name in self.required else schema.get("default")
            parameters.append(inspect.Parameter(
                safe, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=self.schema.annotation(schema)))
        if root.get("additionalProperties"):
            parameters.append(inspect.Parameter(_identifier("others", self.parameters), inspect.Parameter.VAR_KEYWORD))
        returns = self.definition.get("returns")
        result = bytes if self.definition.get("bytes") else (
            values.Schema(returns).annotation(returns) if isinstance(returns, dict) else inspect.Signature.empty)
        return inspect.Signature(parameters, return_annotation=result)

    def documentation(self, safe):
        lines = [self.description or f"The tool {self.name} of the host."]
        described = [
            f"    {parameter}: {schema['description']}" for parameter, (_, schema) in self.parameters.items()
            if isinstance(schema.get("description"), str)]
        if described:
            lines += ["", "Args:", *described]
        if safe != self.name:
            lines += ["", f"The host calls it {self.name!r}."]
        lines += ["", f"A call waits for the result. In async code: await {safe}(...); asyncio.gather calls several at a time."]
        return "\n".join(lines)

    def call(self, args, kwargs, caller):
        arguments = values.encode(self.bind(args, kwargs), self.toolbox.shell.workspace)
        loop = _loop_of(caller)
        if loop:
            return self.call_async(loop, arguments)
        return self.result(self.toolbox.calls.call(self.name, arguments))

    def call_async(self, loop, arguments):
        async def coroutine():
            return self.result(await self.toolbox.calls.call_async(asyncio.get_running_loop(), self.name, arguments))

        made = coroutine()
        made.__name__ = made.__qualname__ = self.function.__name__
        return made

    def bind(self, args, kwargs):
        """The arguments by the host's names, or a TypeError."""
        try:
            bound = self.function.__signature__.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise self.misused(str(error) + self.meant(kwargs)) from None
        arguments = {}
        for safe, value in bound.items():
            if safe not in self.parameters:  # **others
                arguments.update(value)
                continue
            name, schema = self.parameters[safe]
            reason = self.schema.mismatch(value, schema, safe)
            if reason and not (value is None and name not in self.required):  # None for what has no default: as if not given
                raise self.misused(reason)
            if not reason:
                arguments[name] = value
        return arguments

    def meant(self, kwargs):
        """The name of a parameter that is near the first one that there is not."""
        wrong = next((name for name in kwargs if name not in self.parameters), "")
        near = difflib.get_close_matches(wrong, self.parameters, 1)
        return f"; did you mean {near[0]!r}?" if near else ""

    def misused(self, reason):
        return TypeError(f"{self}: {reason}")

    def result(self, payload):
        answer = json.loads(payload)
        if "bytes" in answer:
            return base64.b64decode(answer["bytes"])
        if "error" not in answer:
            return answer.get("value")
        message, kind = answer["error"], answer.get("kind")
        if kind == "arguments":
            raise self.misused(message)
        raise (ToolRefused if kind == "refused" else ToolError)(message, self.name)

    def __str__(self):
        return f"{self.function.__name__}{self.function.__signature__}"

    def rank(self, word):
        """How well a word of a search fits."""
        if not hasattr(self, "words"):
            self.words = set(_words(self.name)), set(_words(self.description)) | {
                part for name, _ in self.parameters.values() for part in _words(name)}
        name, text = self.words
        return (8 if word in name else 4 if word in self.name.lower() else 0) + (
            3 if word in text else 1 if any(other.startswith(word) or word.startswith(other) and len(other) > 3 for other in text) else 0)


class OwnTool(Tool):
    """A function of a file that the user has given: it runs here."""

    def make(self, safe):
        self.module = self.toolbox.module(self.definition["python"]["file"])
        self.signature()
        return getattr(self.module, self.name)

    def call(self, args, kwargs, caller):
        return self.function(*args, **kwargs)

    def __str__(self):
        return f"{self.function.__name__}{inspect.signature(self.function)}"


class Tools:
    """The tools of this session: tools.search("words"), tools["name"], for tool in tools."""

    def __init__(self, toolbox):
        self._toolbox = toolbox

    def search(self, words, limit=10):
        """The functions that fit the words best: words of the name count more than words of the description."""
        wanted = _words(words)
        ranked = [(sum(tool.rank(word) for word in wanted), tool) for tool in self._toolbox.tools.values()]
        ranked.sort(key=lambda ranked: (-ranked[0], ranked[1].name))
        return Found(tool for rank, tool in ranked[:limit] if rank)

    def _run(self, name, arguments):
        """Calls a function of a file for a model that writes no code, and shows the result as JSON."""
        arguments = json.loads(arguments.encode("utf-16", "surrogatepass").decode("utf-16"))
        result = self._toolbox.find(name).function(**arguments)
        result = asyncio.run(result) if inspect.iscoroutine(result) else result
        text = values.encode({"value": result}, self._toolbox.shell.workspace).decode("utf-8")
        self._toolbox.shell.display_pub.publish({"text/plain": json.dumps(json.loads(text)["value"])})

    def __getitem__(self, name):
        return self._toolbox.find(name).function

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._toolbox.find(name).function
        except ToolError as error:
            raise AttributeError(str(error)) from None

    def __iter__(self):
        return iter([tool.function for tool in self._toolbox.tools.values()])

    def __len__(self):
        return len(self._toolbox.tools)

    def __contains__(self, name):
        return name in self._toolbox.tools

    def __dir__(self):
        return ["search", *(tool.function.__name__ for tool in self._toolbox.tools.values())]

    def __repr__(self):
        most = 30
        tools = list(self._toolbox.tools.values())
        return repr(Found(tools[:most])) + (f"\nand {len(tools) - most} more: tools.search('words')" if len(tools) > most else "")


class Found(list):
    """Functions, shown with their signatures."""

    def __init__(self, tools):
        tools = list(tools)
        super().__init__(tool.function for tool in tools)
        self.lines = [f"{tool}" + (f"\n    {tool.description.splitlines()[0]}" if tool.description else "") for tool in tools]

    def __repr__(self):
        return "\n".join(self.lines) or "no tool"


class Toolbox:
    """Keeps the functions in the session's namespace in step with the host's tools. Without tools it does nothing at all."""

    def __init__(self, shell, output):
        self.shell = shell
        self.calls = calls.Calls(output)
        self.tools = {}  # by the host's names
        self.own = None
        self.files = {}  # by name: the text and the module

    def load(self, definitions):
        """Runs the files whose functions are tools, once each."""
        for own in (definition["python"] for definition in definitions if "python" in definition):
            file, source = own["file"], own.get("source")
            if source is None or self.files.get(file, (None,))[0] == source:
                continue
            module = types.ModuleType(re.sub(r"\W", "_", file.removesuffix(".py")))
            sys.modules[module.__name__] = module
            exec(compile(source, file, "exec"), module.__dict__)
            self.files[file] = source, module

    def module(self, file):
        return self.files[file][1]

    def define(self, payload):
        """Takes over the list of tools: new ones appear, those that are not in it go, the rest stays as it is."""
        namespace = self.shell.user_ns
        before, self.tools = self.tools, {}
        taken = set()
        definitions = [one for one in json.loads(payload) if one.get("callers") != "Direct"]
        self.load(definitions)
        for definition in definitions:
            safe = _identifier(definition["name"], taken | TAKEN)
            taken.add(safe)
            tool = before.get(definition["name"])
            if tool is None or tool.definition != definition or tool.function.__name__ != safe:
                tool = self.make(definition, safe)
                namespace[safe] = tool.function
            self.tools[tool.name] = tool
        kept = {tool.function for tool in self.tools.values()}
        for tool in before.values():
            if tool.function not in kept and namespace.get(tool.function.__name__) is tool.function:
                del namespace[tool.function.__name__]
        if self.own is None:
            self.own = {"call_tool": self.make_call_tool(), "tools": Tools(self), "ToolError": ToolError}
            namespace.update(self.own)

    def names(self):
        """Those of the session's namespace that are the toolbox's."""
        return {*(self.own or ()), *(tool.function.__name__ for tool in self.tools.values())}

    def make(self, definition, safe):
        if "python" in definition:
            return OwnTool(definition, definition["name"], self)
        try:
            return Tool(definition, safe, self)
        except Exception:  # a schema of which nothing can be made: it takes what it gets, and the host looks
            return Tool({**definition, "parameters": {"additionalProperties": True}, "returns": None}, safe, self)

    def start(self):
        """Before a cell."""
        self.calls.start()
        if self.own and "call_tool" not in self.shell.user_ns:  # %reset
            self.shell.user_ns.update(self.own)
            self.shell.user_ns.update({tool.function.__name__: tool.function for tool in self.tools.values()})

    def make_call_tool(self):
        def call_tool(name, /, **arguments):
            """Calls a tool by the host's name for it; in async code: await call_tool(...)."""
            tool = self.find(name)
            return tool.call((), {tool.safe.get(name, name): value for name, value in arguments.items()}, sys._getframe(1))

        call_tool.__qualname__ = "call_tool"
        call_tool.__module__ = "__main__"
        return call_tool

    def find(self, name):
        tool = self.tools.get(name) or next((tool for tool in self.tools.values() if tool.function.__name__ == name), None)
        if tool is None:
            near = self.near(str(name))
            hint = f"; there is {' and '.join(map(str, near))}" if near else '; tools.search("words") finds some'
            raise ToolError(f"there is no tool {name!r}{hint}")
        return tool

    def near(self, name):
        """The tools whose names are like this one, however their words are joined."""
        plain = {"".join(_words(known)): tool for known, tool in self.tools.items()}
        return [plain[known] for known in difflib.get_close_matches("".join(_words(name)), plain, 3)]

    def hint(self, error):
        """What to say besides of a name that is not defined: the tool that was meant, with its signature."""
        near = self.near(error.name) if isinstance(error, NameError) and error.name else []
        return f"; did you mean {' or '.join(map(str, near))}?" if near else ""


def _identifier(name, taken):
    """A name for Python: the host's own wherever that can be."""
    letters = unicodedata.normalize("NFKC", name)
    safe = "".join(letter if f"a{letter}".isidentifier() else "_" for letter in letters).lstrip("_") or "tool"
    if not safe.isidentifier():
        safe = f"tool_{safe}"
    if keyword.iskeyword(safe):
        safe += "_"
    unique, number = safe, 1
    while unique in taken:
        number += 1
        unique = f"{safe}_" if number == 2 and not safe.endswith("_") else f"{safe}_{number}"
    return unique


def _loop_of(frame):
    """The event loop that a call belongs to when it stands in async code."""
    while frame.f_code.co_name in COMPREHENSIONS and frame.f_back:
        frame = frame.f_back
    flags = frame.f_code.co_flags
    is_cell = not flags & inspect.CO_OPTIMIZED  # IPython compiles each statement of a cell by itself
    return asyncio._get_running_loop() if flags & ASYNC or is_cell else None


def _words(text):
    return [word.lower() for word in WORD.findall(text)]
