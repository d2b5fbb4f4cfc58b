# attempt: a loop that never ends
# expect: soft
# floor: yes
while True:
    pass
