"""The Python side of the engine: a template process that forks one worker per session."""

import sys


def figures_or_none():
    """The matplotlib backend, once pyplot is there; before that nobody has a figure."""
    if "matplotlib.pyplot" not in sys.modules:
        return None
    from . import figures

    return figures
