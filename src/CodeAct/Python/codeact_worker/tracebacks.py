"""Tracebacks for a reader who wrote the cell: that reader's frames, no library's, no colours."""

import os
import traceback

LONGEST_MESSAGE = 10_000
LONGEST_TEXT = 1_000_000


def render(etype, value, tb, workspace):
    """(name, message, traceback) of an exception; the traceback ends with "name: message"."""
    name = etype.__name__
    message = _message(value)
    full = traceback.TracebackException(etype, value, tb, compact=True)
    parts = [_one(link, workspace) for link in _chain(full, workspace)]
    text = "\n\nDuring handling of the above exception, another exception occurred:\n\n".join(parts)
    return _cut(name), message, text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " …\n" + _cut(name)


def _cut(text):
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + " …"


def _message(value):
    if isinstance(value, SyntaxError):
        text = value.msg
    else:
        try:
            text = str(value)
        except Exception:
            text = f"<str() of this {type(value).__name__} failed>"
    return _cut(text or "")


def _chain(full, workspace):
    """The exceptions to show, earliest first: those before the last only where the reader's own code raised them."""
    chain = [full]
    while True:
        last = chain[0]
        before = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if before is None or len(chain) == 3:
            return chain
        if not any(_is_users(frame, workspace) for frame in before.stack):
            return chain
        chain.insert(0, before)


def _one(link, workspace):
    name = link.exc_type.__name__
    if issubclass(link.exc_type, SyntaxError):
        lines = list(link.format_exception_only())
        lines[-1] = f"{name}: {link.msg}"
        return "".join(_frames(link, workspace, least=0) + lines).rstrip()
    message = _message_of(link)
    last = f"{name}: {message}" if message else name
    return "".join([*_frames(link, workspace, least=1), last, *("\n" + note for note in getattr(link, "__notes__", None) or ())])


def _message_of(link):
    return _cut(str(link))


def _frames(link, workspace, least):
    frames = [frame for frame in link.stack if _is_users(frame, workspace)]
    if not frames and least:
        frames = [frame for frame in link.stack if not _is_ours(frame)][-least:]
    if not frames:
        return []
    link.stack[:] = frames
    return ["Traceback (most recent call last):\n", *link.stack.format()]


def _is_users(frame, workspace):
    return frame.filename.startswith("<cell ") or frame.filename.startswith(workspace + os.sep)


def _is_ours(frame):
    return "/IPython/" in frame.filename or "/codeact_worker/" in frame.filename
