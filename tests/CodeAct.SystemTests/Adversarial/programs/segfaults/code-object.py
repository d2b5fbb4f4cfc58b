# attempt: bytecode that no compiler makes
# expect: contained
def f():
    pass
f.__code__ = f.__code__.replace(co_code=bytes([100, 250, 83, 0]), co_consts=())
f()
