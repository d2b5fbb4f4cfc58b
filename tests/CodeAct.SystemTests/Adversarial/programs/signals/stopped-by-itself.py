# attempt: stops its own process
# expect: contained
# floor: yes
import signal
os.kill(os.getpid(), signal.SIGSTOP)
while True:
    pass
