# attempt: signals a process of the host by a descriptor
# expect: refused
# floor: yes
import signal
def by_descriptor():
    signal.pidfd_send_signal(os.pidfd_open(CANARY["process"]), signal.SIGKILL)
forbidden(by_descriptor)
