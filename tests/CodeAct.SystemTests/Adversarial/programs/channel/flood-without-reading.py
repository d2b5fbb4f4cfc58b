# attempt: floods between cells, and never reads what the host wants
# expect: contained
import threading
sock = sys.stdout.output.channel.sock
many = frame(b"2", b"flood\n" * 1000, 0) * 100
def flood():
    while True:
        sock.sendall(many)
for _ in range(3):
    threading.Thread(target=flood, daemon=True).start()
# %%
time.sleep(0.3)
# %%
1 + 1
