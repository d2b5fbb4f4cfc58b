# attempt: as many open files as all its processes may have
# expect: contained
# limit: 2
def open_all():
    try:
        while True:
            os.open("/dev/null", os.O_RDONLY)
    except OSError:
        time.sleep(60)
for _ in range(30):
    child(open_all)
time.sleep(0.5)
