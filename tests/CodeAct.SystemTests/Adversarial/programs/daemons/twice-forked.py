# attempt: a grandchild whose parent is gone
# expect: lives
# floor: yes
def daemonise():
    os.setsid()
    child(lambda: time.sleep(600))
child(daemonise)
time.sleep(0.05)
