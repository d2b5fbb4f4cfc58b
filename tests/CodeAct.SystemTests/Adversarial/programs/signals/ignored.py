# attempt: ignores SIGINT
# expect: hard
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
