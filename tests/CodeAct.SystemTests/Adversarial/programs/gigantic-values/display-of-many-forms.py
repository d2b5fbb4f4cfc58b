# attempt: a display with a million forms, each an object of the host's
# expect: lives
# limit: 5
from IPython.display import display
display({f"a/{n}": "" for n in range(1_000_000)}, raw=True)
