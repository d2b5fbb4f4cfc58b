# attempt: a flood while no cell runs: who keeps it?
# expect: contained
import subprocess
subprocess.Popen("yes zzzzzzzzzzzzzzzzzzzzzzzzzz", shell=True)
# %%
time.sleep(0.3)
# %%
1 + 1
