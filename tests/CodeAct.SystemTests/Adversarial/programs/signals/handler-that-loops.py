# attempt: answers an interrupt with a loop
# expect: hard
import signal
def handler(number, frame):
    while True:
        pass
signal.signal(signal.SIGINT, handler)
while True:
    pass
