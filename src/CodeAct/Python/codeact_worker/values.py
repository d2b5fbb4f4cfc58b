"""Values that go to the host's tools, as JSON.

    None, bool, int, float, str, list, dict    as in JSON; NaN becomes null, an infinity is refused (ValueError)
    tuple, set, range, generator               array
    bytes                                      string, base64
    datetime, date, time                       string, ISO 8601
    timedelta                                  number of seconds
    Decimal                                    number when that is exact, else string
    UUID, Fraction, complex                    string
    Path                                       string: where the file is in the workspace; a path outside is refused (ValueError)
    Enum, dataclass, pydantic model            its value; object
    numpy scalar, array                        number or boolean; array
    pandas Series, Index                       array
    pandas DataFrame                           array of objects, one for each row
    pandas NA, NaT                             null

What comes back is JSON too: dates are strings. A file or bytes come back as bytes.
"""

import base64
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import numbers
import os
import pathlib
import sys
import typing
import uuid

DEEPEST = 32  # of schemas
TYPES = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list, "object": dict, "null": None}
TEXTS = (datetime.date, datetime.time, uuid.UUID, fractions.Fraction, complex)


def encode(value, workspace):
    """JSON as UTF-8."""
    def replace(item):
        return _plain(item, workspace)

    try:
        text = json.dumps(value, default=replace, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except ValueError as error:
        if not str(error).startswith("Out of range float"):
            raise
        text = json.dumps(_without_nan(value, replace), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(value, workspace):
    """One step towards what JSON knows."""
    if _is_missing(value):
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        number = float(value)
        return number if decimal.Decimal(repr(number)) == value else str(value)
    if isinstance(value, TEXTS):
        return str(value)
    if isinstance(value, pathlib.PurePath):
        return _reference(value, workspace)
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    for method in ("model_dump", "tolist"):  # pydantic's; numpy's and pandas'
        if callable(getattr(type(value), method, None)):
            return getattr(value, method)()
    if _is_frame(value):
        return value.to_dict("records")
    if isinstance(value, collections.abc.Mapping):
        return dict(value)
    if isinstance(value, collections.abc.Iterable):
        return list(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be sent to a tool; turn it into JSON's types, bytes or a date")


def _is_missing(value):
    pandas = sys.modules.get("pandas")
    return pandas is not None and (value is pandas.NA or value is pandas.NaT)


def _is_frame(value):
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _reference(path, workspace):
    inside = os.path.relpath(os.path.abspath(path), workspace)
    if inside == ".." or inside.startswith("../"):
        raise ValueError(f"{path} is outside of the workspace {workspace}, where tools look for files; copy it there first")
    return inside


def _without_nan(value, replace):
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError("JSON has no infinity, so it cannot be sent to a tool; send None or text")
        return None if math.isnan(value) else value
    if isinstance(value, dict):
        return {key: _without_nan(item, replace) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item, replace) for item in value]
    return _without_nan(replace(value), replace)


def kinds(value):
    """The types of JSON that a value can stand for; none when it cannot be sent at all."""
    if value is None or _is_missing(value):
        return ("null",)
    if isinstance(value, enum.Enum):
        return kinds(value.value)
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool") and hasattr(value, "dtype"):
        return ("boolean",)
    if isinstance(value, (str, bytes, bytearray, memoryview, pathlib.PurePath, *TEXTS)):
        return ("string",)
    if isinstance(value, decimal.Decimal):
        return ("number", "string")
    if isinstance(value, numbers.Integral):
        return ("integer", "number")
    if isinstance(value, numbers.Real):
        return ("null", "number") if math.isnan(value) else ("integer", "number") if float(value).is_integer() else ("number",)
    if isinstance(value, datetime.timedelta):
        return ("number",)
    if isinstance(value, collections.abc.Mapping) or dataclasses.is_dataclass(value) or hasattr(type(value), "model_dump"):
        return ("object",)
    if isinstance(value, collections.abc.Iterable):
        return ("array",)
    return ()


class Schema:
    """A JSON schema. What it says that is not understood here, or is not valid, allows everything: the tool looks again."""

    def __init__(self, root):
        self.root = root

    def resolve(self, schema):
        for _ in range(DEEPEST):
            if not isinstance(schema, dict):
                return {}
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                return schema
            schema = self.root
            for step in reference.removeprefix("#").strip("/").split("/"):
                step = step.replace("~1", "/").replace("~0", "~")
                if step:
                    schema = schema.get(step) if isinstance(schema, dict) else None
        return {}

    def choices(self, schema):
        """The schemas of which one must fit; None when it is a single one."""
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list):
                return schema[word]
        types = schema.get("type")
        return [{**schema, "type": kind} for kind in types] if isinstance(types, list) else None

    def annotation(self, schema, depth=0):
        """The Python type that stands in a signature."""
        schema = self.resolve(schema)
        if depth > DEEPEST:
            return typing.Any
        if isinstance(schema.get("enum"), list) and all(isinstance(item, (str, int, bool, type(None))) for item in schema["enum"]):
            return typing.Literal[tuple(schema["enum"])] if schema["enum"] else typing.Any
        choices = self.choices(schema)
        if choices is not None:
            types = [self.annotation(choice, depth + 1) for choice in choices]
            return typing.Union[tuple(types)] if types and typing.Any not in types else typing.Any
        kind = schema.get("type")
        if kind == "string" and schema.get("contentEncoding") == "base64":
            return bytes
        if kind == "array" and "items" in schema:
            return list[self.annotation(schema["items"], depth + 1)]
        return TYPES.get(kind, typing.Any) if isinstance(kind, str) else typing.Any

    def mismatch(self, value, schema, where, depth=0):
        """Why a value is not what the schema asks for; None when it is."""
        schema = self.resolve(schema)
        if depth > DEEPEST:
            return None
        choices = self.choices(schema)
        if choices is not None:
            reasons = [self.mismatch(value, choice, where, depth + 1) for choice in choices]
            if None in reasons or not reasons:
                return None
            near = [reason for reason, choice in zip(reasons, choices) if self.resolve(choice).get("type") in kinds(value)]
            return near[0] if len(near) == 1 else self._wrong(value, schema, where)
        if isinstance(schema.get("enum"), list):
            plain = value.value if isinstance(value, enum.Enum) else value
            return None if plain in schema["enum"] else f"{where} must be one of {schema['enum']}, not {plain!r:.100}"
        found, kind = kinds(value), schema.get("type")
        if not found or isinstance(kind, str) and kind in TYPES and kind not in found:
            return self._wrong(value, schema, where)
        if isinstance(value, (list, tuple)) and isinstance(schema.get("items"), dict):
            checks = (self.mismatch(item, schema["items"], f"{where}[{index}]", depth + 1) for index, item in enumerate(value))
        elif isinstance(value, dict):
            checks = self._properties(value, schema, where, depth)
        else:
            return None
        return next((reason for reason in checks if reason), None)

    def _properties(self, value, schema, where, depth):
        known = schema.get("properties")
        required = schema.get("required")
        for name in required if isinstance(required, list) else ():
            if isinstance(name, str) and name not in value:
                yield f"{where} lacks {name!r}"
        for name, item in value.items():
            if isinstance(known, dict) and name in known:
                yield self.mismatch(item, known[name], f"{where}[{name!r}]", depth + 1)
            elif schema.get("additionalProperties") is False:
                yield f"{where} has {name!r}, which is not known"

    def _wrong(self, value, schema, where):
        wanted = self.annotation(schema)
        name = wanted.__name__ if isinstance(wanted, type) and not typing.get_args(wanted) else str(wanted).replace("typing.", "")
        return f"{where} must be {name}, not {type(value).__name__}"
