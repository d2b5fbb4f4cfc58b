# attempt: a function that runs at the end and will not end
# expect: lives
import atexit
atexit.register(lambda: time.sleep(600))
