# attempt: a search without an end, in C
# expect: hard
import itertools
-1 in itertools.count()
