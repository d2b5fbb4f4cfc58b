"""Questions of somebody who writes code, answered from what the session has by IPython's own means."""

from IPython.core.completer import provisionalcompleter, rectify_completions
from IPython.utils.tokenutil import token_at_cursor

from . import shell as shells

MOST = 1000  # completions


def answer(shell, question):
    """What JSON can say, and the host reads in CodeQuestion.cs."""
    return ANSWERS[question["ask"]](shell, question)


def complete(shell, question):
    code, cursor = question["code"], question["cursor"]
    with provisionalcompleter():
        found = list(rectify_completions(code, shell.Completer.completions(code, cursor)))[:MOST]
    start, end = (found[0].start, found[0].end) if found else (cursor, cursor)
    return {"matches": [one.text for one in found], "start": start, "end": end}


def inspect(shell, question):
    name = token_at_cursor(question["code"], question["cursor"])
    try:
        data = shell.object_inspect_mime(name, detail_level=int(question["detailed"]))
    except KeyError:  # nothing has that name
        data = {}
    return {"data": shells.forms(data)}


def check(shell, question):
    status, indent = shell.input_transformer_manager.check_complete(question["code"])
    return {"status": status, "indent": " " * (indent or 0)}


def evaluate(shell, question):
    return {name: _evaluated(found) for name, found in shell.user_expressions(question["expressions"]).items()}


def number(shell, question):
    return shell.execution_count


def _evaluated(found):
    if found["status"] == "ok":
        return {"value": {"data": shells.forms(found["data"])}}
    return {"error": {"name": found["ename"], "message": found["evalue"], "traceback": "\n".join(found["traceback"])}}


ANSWERS = {"complete": complete, "inspect": inspect, "check": check, "evaluate": evaluate, "number": number}
