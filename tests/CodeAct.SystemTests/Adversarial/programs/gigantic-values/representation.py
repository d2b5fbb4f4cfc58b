# attempt: an object that calls itself by a name of 150 million characters
# expect: lives
# limit: 5
class Long:
    def __repr__(self):
        return "r" * 150_000_000
Long()
