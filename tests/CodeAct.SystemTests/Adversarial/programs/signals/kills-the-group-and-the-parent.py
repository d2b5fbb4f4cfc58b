# attempt: signals to its parent, its group and the numbers of the host
# expect: contained
# floor: yes
import signal
for pid in (os.getppid(), CANARY["process"], CANARY["host"]):
    if pid > 1 and pid != os.getpid():
        forbidden(lambda: os.kill(pid, signal.SIGTERM), lambda: os.kill(pid, signal.SIGCONT))
    elif pid == 1:
        os.kill(pid, 0)
os.killpg(0, signal.SIGKILL)
