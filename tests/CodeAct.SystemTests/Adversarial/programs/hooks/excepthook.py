# attempt: hooks for exceptions that never end
# expect: contained
import threading
def loop(*args):
    while True:
        pass
sys.excepthook = sys.unraisablehook = threading.excepthook = sys.displayhook = loop
threading.Thread(target=lambda: 1 / 0).start()
1
