# attempt: a thread that ends every cell as soon as it begins
# expect: contained
import threading
def end():
    while True:
        os.write(CONTROL, frame(b".", b"ri", this_cell()))
        time.sleep(0.001)
threading.Thread(target=end, daemon=True).start()
# %%
time.sleep(0.2)
# %%
1 + 1
