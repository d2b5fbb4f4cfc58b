# attempt: every processor, with all the processes that it may have
# expect: contained
# floor: yes
# limit: 1
def spin():
    while True:
        pass
for _ in range(60):
    if child(spin) == -1:
        break
spin()
