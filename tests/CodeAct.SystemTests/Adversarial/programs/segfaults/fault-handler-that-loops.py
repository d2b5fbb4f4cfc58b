# attempt: answers its own fault by going on
# expect: contained
import signal
signal.signal(signal.SIGSEGV, lambda number, frame: None)
ctypes.string_at(0)
