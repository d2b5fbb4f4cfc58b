# attempt: a lock taken twice
# expect: soft
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
