# attempt: ends the process from a thread while the cell runs
# expect: died
# reason: exit code 9
import threading
threading.Timer(0.05, os._exit, (9,)).start()
time.sleep(5)
