"""Says which functions a file of tools has: their names, what they do, and the JSON schemas of what they take and give.

Runs in a session of its own, with the file's text as `source` and its name as `file`.
"""

import inspect
import json
import re
import sys
import types
import typing

from IPython.display import display

SIMPLE = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null", list: "array", tuple: "array",
          set: "array", dict: "object"}
SECTION = re.compile(r"^\s*(Args|Arguments|Parameters):\s*$")
ENTRY = re.compile(r"^\s+(\w+)\s*(?:\([^)]*\))?:\s*(.+)$")


def schema(annotation):
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in SIMPLE:
        return {"type": SIMPLE[annotation]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema(one) for one in arguments]}
    if origin is typing.Annotated:
        return schema(arguments[0])
    if origin in (list, set, frozenset):
        return {"type": "array", "items": schema(arguments[0])}
    if origin is tuple:
        return {"type": "array"}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(arguments[1])}
    return {}


def described(doc):
    """What a docstring says of each parameter."""
    found, inside = {}, False
    for line in doc.splitlines():
        entry = ENTRY.match(line)
        if SECTION.match(line):
            inside = True
        elif inside and entry:
            found[entry[1]] = entry[2].strip()
        elif inside and line.strip() and not line.startswith(" "):
            inside = False
    return found


def definition(name, function):
    hints = typing.get_type_hints(function, include_extras=True)
    doc = inspect.getdoc(function) or ""
    about = described(doc)
    properties, required, others = {}, [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            others = others or parameter.kind is parameter.VAR_KEYWORD
            continue
        properties[parameter.name] = entry = schema(hints[parameter.name]) if parameter.name in hints else {}
        if parameter.name in about:
            entry["description"] = about[parameter.name]
        if parameter.default is parameter.empty:
            required.append(parameter.name)
        else:
            try:
                json.dumps(parameter.default)
                entry["default"] = parameter.default
            except (TypeError, ValueError):
                pass
    text = "\n".join(doc.splitlines()[:next((n for n, line in enumerate(doc.splitlines()) if SECTION.match(line)), None)]).strip()
    made = {"name": name, "description": text, "parameters": {
        "type": "object", "properties": properties, "required": required, "additionalProperties": others}}
    if "return" in hints and schema(hints["return"]):
        made["returns"] = schema(hints["return"])
    return made


def describe(source, file):
    module = types.ModuleType(re.sub(r"\W", "_", file.removesuffix(".py")))
    sys.modules[module.__name__] = module
    exec(compile(source, file, "exec"), module.__dict__)
    names = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
    functions = {name: getattr(module, name) for name in names}
    display({"text/plain": json.dumps([
        definition(name, function) for name, function in functions.items()
        if inspect.isfunction(function) and function.__module__ == module.__name__])}, raw=True)


describe(source, file)
