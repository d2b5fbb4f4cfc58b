# attempt: an alarm that kills the interpreter in a later cell
# expect: contained
import signal
signal.alarm(1)
# %%
try:
    time.sleep(0.4)
finally:
    pass
# %%
while True:
    try:
        time.sleep(0.3)
    except KeyboardInterrupt:
        pass
