# attempt: calls that C makes at an unknown time in the main thread
# expect: contained
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lambda nothing: time.sleep(0.01) or 0)
def again():
    while True:
        ctypes.pythonapi.Py_AddPendingCall(callback, None)
import threading
threading.Thread(target=again, daemon=True).start()
# %%
1 + 1
