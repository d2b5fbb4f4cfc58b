# attempt: threads that spin on after their cell
# expect: lives
# limit: 2
import threading
for n in range(4):
    threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
# %%
1 + 1
