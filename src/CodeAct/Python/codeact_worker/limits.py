"""Says of an exception which limit of the session it comes from: the system's own words name neither the limit nor its value."""

import errno


def reached(error, limits):
    """Words to be put after the error's own; empty when no limit is behind it."""
    if limits is None:
        return ""
    if isinstance(error, MemoryError):
        return f"a process of this session may take {_size(limits['memoryBytes'])} of memory"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return f"this session may have {limits['processes']:,} processes and threads at a time"
    if not isinstance(error, OSError):
        return ""
    workspace = f"the workspace may hold {_size(limits['workspaceBytes'])} in {limits['workspaceFiles']:,} files"
    return {
        errno.ENOSPC: f"{workspace}, /tmp {_size(limits['temporaryBytes'])}; what was written is kept",
        errno.EFBIG: f"a file may have {_size(limits['fileBytes'])}, and {workspace}; what was written is kept",
        errno.EMFILE: f"a process of this session may have {limits['openFiles']:,} files open",
        errno.EAGAIN: f"if this was to start a process: this session may have {limits['processes']:,} processes and threads at a time",
        errno.ENOMEM: f"a process of this session may take {_size(limits['memoryBytes'])} of memory",
    }.get(error.errno, "")


def _size(count):
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024
    return f"{count:.4g} GiB"
