# attempt: an exception thrown into the engine's own code, by a thread
# expect: contained
import threading
main = threading.main_thread().ident
def throw():
    while True:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main), ctypes.py_object(SystemExit))
        time.sleep(0.002)
threading.Thread(target=throw, daemon=True).start()
# %%
print("x")
