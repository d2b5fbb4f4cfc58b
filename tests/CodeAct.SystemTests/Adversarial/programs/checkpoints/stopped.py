# attempt: stops the process that is its checkpoint and dies, so that the host waits for it for ever
# expect: contained
# floor: yes
# limit: 6
# %% checkpoint
import signal
for pid in sys.modules["codeact_worker.frozen"].made:
    os.kill(pid, signal.SIGSTOP)
os._exit(1)
# %%
1
