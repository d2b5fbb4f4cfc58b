# attempt: blocks every signal in one cell and hopes that it lasts for the next
# expect: soft
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
# %%
while True:
    pass
