# attempt: a small stack overrun in a thread
# expect: contained
import threading
sys.setrecursionlimit(10**9)
threading.stack_size(1 << 16)
def f():
    f()
t = threading.Thread(target=f)
t.start()
t.join()
