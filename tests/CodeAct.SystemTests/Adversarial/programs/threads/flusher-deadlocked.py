# attempt: keeps the lock of the engine's output in another thread
# expect: hard
import threading
def keep():
    with sys.stdout.output.lock:
        time.sleep(600)
threading.Thread(target=keep, daemon=True).start()
time.sleep(0.05)
while True:
    try:
        print("x")
    except BaseException:
        pass
