# attempt: a fault in a thread while the interpreter waits
# expect: died
# reason: SIGSEGV
import threading
threading.Thread(target=ctypes.string_at, args=(8,)).start()
time.sleep(5)
