# attempt: keeps the pipes full, so that no frame may be sent
# expect: contained
import subprocess
subprocess.Popen("while true; do echo x; done", shell=True)
for _ in range(20):
    print("y")
1
