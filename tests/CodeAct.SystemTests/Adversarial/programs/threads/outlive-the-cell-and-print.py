# attempt: a thread that floods while no cell runs, and while the next does
# expect: contained
import threading
def flood():
    while True:
        print("x" * 1000)
threading.Thread(target=flood, daemon=True).start()
# %%
time.sleep(0.3)
