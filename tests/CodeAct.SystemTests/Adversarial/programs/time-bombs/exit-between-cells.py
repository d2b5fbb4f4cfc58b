# attempt: dies between cells
# expect: contained
import threading
threading.Timer(0.05, os._exit, (8,)).start()
# %%
time.sleep(0.2)
