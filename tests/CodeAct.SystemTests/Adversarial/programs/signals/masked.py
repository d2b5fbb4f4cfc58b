# attempt: blocks every signal
# expect: hard
# floor: yes
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    pass
