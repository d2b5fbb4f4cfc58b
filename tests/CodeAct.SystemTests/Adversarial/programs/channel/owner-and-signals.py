# attempt: has signals sent for every byte that the host sends
# expect: contained
import fcntl
import signal
fcntl.fcntl(CONTROL, fcntl.F_SETOWN, os.getpid())
fcntl.fcntl(CONTROL, 10, signal.SIGKILL)
fcntl.fcntl(CONTROL, fcntl.F_SETFL, os.O_ASYNC)
# %%
1 + 1
