# attempt: catastrophic backtracking over alternatives, in a search from every position
# expect: soft
import re
re.search(r"(?:x|xx|xxx)*y", "x" * 2000)
