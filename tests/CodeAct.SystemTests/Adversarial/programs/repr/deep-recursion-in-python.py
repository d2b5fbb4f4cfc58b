# attempt: a representation that calls for itself
# expect: lives
class R:
    def __repr__(self):
        return repr(self)
R()
