# attempt: holds the interpreter's lock and never lets go
# expect: hard
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
ctypes.PyDLL(None).usleep(100_000_000)
