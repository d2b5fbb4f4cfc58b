# attempt: catches the interrupt and goes on
# expect: hard
# floor: yes
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
