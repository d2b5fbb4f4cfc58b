# attempt: signals every process by its number
# expect: contained
# floor: yes
# limit: 2
import signal
for pid in range(2, 40_000):
    if pid != os.getpid():
        try:
            os.kill(pid, signal.SIGCONT)
        except OSError:
            pass
        else:
            escaped(f"signalled {pid}")
