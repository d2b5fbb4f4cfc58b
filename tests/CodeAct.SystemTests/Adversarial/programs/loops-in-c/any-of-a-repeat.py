# attempt: an endless iterator consumed by C alone
# expect: hard
import collections
import itertools
collections.deque(itertools.repeat(None), maxlen=0)
