# attempt: a thread in C that never gives the interpreter's lock back
# expect: hard
import threading
threading.Thread(target=lambda: ctypes.PyDLL(None).usleep(100_000_000), daemon=True).start()
time.sleep(0.01)
while True:
    pass
