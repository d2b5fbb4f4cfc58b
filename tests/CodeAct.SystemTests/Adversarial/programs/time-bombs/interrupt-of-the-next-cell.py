# attempt: an interrupt kept for the cell after
# expect: lives
import signal
import threading
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
# %%
time.sleep(0.3)
