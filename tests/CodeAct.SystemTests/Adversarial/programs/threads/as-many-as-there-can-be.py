# attempt: threads without number
# expect: contained
# floor: yes
import threading
count = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    refused(f"after {count} threads")
if count > 200:
    escaped(f"{count} threads")
