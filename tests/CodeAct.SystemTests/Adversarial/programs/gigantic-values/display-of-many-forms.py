# attempt: a display with 300,000 forms, each an object of the host's
# expect: lives
# limit: 5
from IPython.display import display
display({f"a/{n}": "" for n in range(300_000)}, raw=True)
