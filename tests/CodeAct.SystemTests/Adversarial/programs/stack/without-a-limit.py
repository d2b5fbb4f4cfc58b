# attempt: calls itself for ever with Python's own limit taken away, through C
# expect: contained
sys.setrecursionlimit(2**31 - 1)
class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")
A().x
