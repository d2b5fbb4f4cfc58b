import glob
import contextlib
import os
import shutil
import socket
import subprocess
import threading

import pandas as pd


def refused(attempt):
    try:
        attempt()
    except OSError:
        return True
    return False


print("state", pd.DataFrame({"a": [1, 2]}).a.sum(), subprocess.run(["echo", "shell"], capture_output=True, text=True).stdout.strip())
open("made.txt", "w").write("in the workspace")
print("files", open("made.txt").read(), glob.glob("*"))
above = os.stat("..")
for attempt in (lambda: os.chmod("..", 0o777), lambda: os.utime("..", (1, 1)), lambda: os.fchmod(os.open("..", os.O_PATH), 0o777)):
    with contextlib.suppress(OSError):
        attempt()
shutil.copy2("made.txt", "copied.txt")
os.mkdir("packed")
shutil.unpack_archive(shutil.make_archive("made", "gztar", base_dir="made.txt"), "packed")
print("kept", (os.stat("..").st_mode, os.stat("..").st_mtime) == (above.st_mode, above.st_mtime), open("packed/made.txt").read())
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
print("refused", refused(lambda: socket.socket(socket.AF_INET)), refused(lambda: os.listdir(os.environ.get("OUTSIDE", "/var"))),
      refused(lambda: open("/etc/shadow")), refused(lambda: open("/usr/x", "w")), refused(lambda: os.setuid(0)),
      refused(lambda: os.kill(1 << 21, 0)), refused(lambda: os.mknod("disk", 0o60600, os.makedev(254, 0))))
try:
    bytearray(3 << 30)
except MemoryError:
    print("memory ends")
