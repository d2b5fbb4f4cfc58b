# attempt: catastrophic backtracking in a pattern
# expect: soft
import re
re.match(r"(a+)+$", "a" * 40 + "b")
