# attempt: a dictionary whose keys all collide
# expect: soft
class Same:
    def __hash__(self):
        return 1
{Same(): n for n in range(10**6)}
