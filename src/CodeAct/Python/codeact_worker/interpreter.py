"""Differences among the interpreters that sessions run on: CPython 3.10 to 3.14, of the system, a venv or anywhere else."""

import os
import sys

OWN_GROUP = {"process_group": 0} if sys.version_info >= (3, 11) else {"preexec_fn": os.setpgrp}  # arguments of Popen


def settle(roots):
    """Sees to it that "python3" and sys.executable are this interpreter in a session that sees these directories only; None: all."""
    if roots is not None and not any(sys.executable.startswith(root + "/") for root in roots):
        sys.executable = os.path.realpath(sys.executable)  # a link from elsewhere
    own = os.path.dirname(sys.executable)
    programs = os.environ["PATH"].split(os.pathsep)
    if own not in programs:
        os.environ["PATH"] = os.pathsep.join([own, *programs])
