# attempt: an endless storm of signals to its own process
# expect: contained
import signal
signal.signal(signal.SIGALRM, lambda number, frame: None)
signal.setitimer(signal.ITIMER_REAL, 0.00001, 0.00001)
while True:
    pass
