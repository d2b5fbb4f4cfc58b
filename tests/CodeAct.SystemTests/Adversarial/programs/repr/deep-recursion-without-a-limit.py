# attempt: the same with the limit of recursion taken away
# expect: contained
sys.setrecursionlimit(10**9)
class R:
    def __repr__(self):
        return repr(self)
R()
