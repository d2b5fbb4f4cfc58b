# attempt: a representation that takes for ever
# expect: soft
class R:
    def __repr__(self):
        while True:
            pass
R()
