# attempt: a process that survives a rollback, in a session of its own
# expect: contained
# floor: yes
# limit: 2
# %% checkpoint
def descend(depth):
    os.setsid()
    if depth:
        child(lambda: descend(depth - 1))
    while True:
        time.sleep(0.01)
        open("survivor", "w").close()
child(lambda: descend(6))
time.sleep(0.1)
# %% rollback
time.sleep(0.1)
if os.path.exists("survivor"):
    escaped("a process survived the rollback")
