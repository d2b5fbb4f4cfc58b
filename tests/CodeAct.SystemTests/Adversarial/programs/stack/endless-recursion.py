# attempt: calls itself for ever
# expect: lives
def f():
    f()
f()
