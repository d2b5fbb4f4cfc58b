# attempt: a stopped child, which ends by no ordinary signal
# expect: lives
# floor: yes
import signal
pid = child(lambda: time.sleep(600))
os.kill(pid, signal.SIGSTOP)
