# attempt: displays without end
# expect: contained
from IPython.display import display
while True:
    display({"text/html": "<b>" * 1000, "text/plain": "b"}, raw=True)
