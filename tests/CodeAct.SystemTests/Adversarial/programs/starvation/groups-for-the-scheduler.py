# attempt: a session of its own for each of many processes, so that a fair scheduler gives it many shares
# expect: contained
# limit: 1
def spin():
    os.setsid()
    while True:
        pass
for _ in range(60):
    if child(spin) == -1:
        break
spin()
