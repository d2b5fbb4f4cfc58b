# attempt: the names of the host's files in what the session was given
# expect: contained
import gc
print(sys.argv, open("/proc/self/cmdline").read())
