# attempt: a daemon that floods the pipes while its interpreter is dead, so that no end is seen
# expect: died
# floor: yes
# reason: exit code 5
def flood():
    os.setsid()
    libc.prctl(36, 1, 0, 0, 0)
    child(flood_on)
    flood_on()
def flood_on():
    os.setsid()
    while True:
        os.write(1, b"z" * 4096)
child(flood)
time.sleep(0.05)
os._exit(5)
