# attempt: waiting for what never comes
# expect: soft
import threading
threading.Event().wait()
