# attempt: an exception in the middle of whatever the engine does, also after the cell
# expect: contained
import signal
def handler(number, frame):
    raise RuntimeError("from a timer")
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
try:
    while True:
        print("x" * 5000)
except RuntimeError:
    pass
# %%
print("y" * 100_000)
