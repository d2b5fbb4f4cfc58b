# attempt: descendants each in a session of its own, so that no one signal finds them all
# expect: died
# floor: yes
# reason: exit code 4
def descend(depth):
    os.setsid()
    if depth:
        child(lambda: descend(depth - 1))
    time.sleep(600)
child(lambda: descend(12))
time.sleep(0.2)
os._exit(4)
