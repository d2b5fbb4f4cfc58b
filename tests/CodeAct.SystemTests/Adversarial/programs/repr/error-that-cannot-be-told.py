# attempt: an exception that raises when it is looked at
# expect: lives
class E(Exception):
    def __str__(self):
        raise self
    __repr__ = __str__
    @property
    def __traceback__(self):
        raise self
raise E()
