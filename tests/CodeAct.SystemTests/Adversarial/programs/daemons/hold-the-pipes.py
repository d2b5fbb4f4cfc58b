# attempt: a child in a session of its own that holds descriptors 1 and 2
# expect: lives
# floor: yes
import subprocess
subprocess.Popen(["sleep", "600"], start_new_session=True)
