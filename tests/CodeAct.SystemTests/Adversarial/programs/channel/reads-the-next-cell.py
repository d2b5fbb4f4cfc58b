# attempt: a thread that takes the host's next frame before the engine does
# expect: contained
import threading
threading.Thread(target=lambda: print("stolen:", os.read(CONTROL, 1 << 16)), daemon=True).start()
# %%
print("who reads this?")
