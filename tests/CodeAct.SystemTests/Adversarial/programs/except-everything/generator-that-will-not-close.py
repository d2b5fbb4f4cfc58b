# attempt: a generator that answers its closing with another value
# expect: hard
def stubborn():
    while True:
        try:
            while True:
                yield 1
        except BaseException:
            pass
endless = stubborn()
while True:
    try:
        for _ in endless:
            pass
    except BaseException:
        pass
