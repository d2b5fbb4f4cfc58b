"""What there is in the session's namespace: names, types, shapes, sizes."""

import sys
import types

MOST = 500  # variables
WIDEST = 300  # characters of a shape
SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset, range)


def describe(shell, hidden):
    """A list, in the order of the namespace. Only types that are known are looked into: others could run code of their own."""
    found = []
    for name, value in list(shell.user_ns.items()):
        if type(name) is not str or name.startswith("_") or name in hidden or isinstance(value, types.ModuleType):
            continue
        if name in shell.user_ns_hidden and shell.user_ns_hidden[name] is value:
            continue
        kind = type(value)
        found.append({"name": name, "type": kind.__name__, "shape": shape(value, kind), "bytes": size(value, kind)})
        if len(found) == MOST:
            break
    return found


def shape(value, kind):
    if kind in SIZED:
        return str(len(value))
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy and kind is numpy.ndarray:
        return f"{value.shape} {value.dtype}"[:WIDEST]
    if pandas and kind is pandas.DataFrame:
        columns = ", ".join(f"{name} {dtype}" for name, dtype in zip(value.columns[:20], value.dtypes[:20]))
        return cut(f"{value.shape}: {columns}")
    if pandas and kind is pandas.Series:
        return cut(f"{value.shape} {value.dtype}")
    return None


def size(value, kind):
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy and kind is numpy.ndarray:
        return value.nbytes
    if pandas and kind is pandas.DataFrame:
        return int(value.memory_usage().sum())
    if pandas and kind is pandas.Series:
        return int(value.memory_usage())
    return sys.getsizeof(value) if kind in SIZED or kind in (int, float, complex, bool, type(None)) else None


def cut(text):
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
