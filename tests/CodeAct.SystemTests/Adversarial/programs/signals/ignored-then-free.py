# attempt: ignores SIGINT in one cell and hopes that it lasts for the next
# expect: soft
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
# %%
while True:
    pass
