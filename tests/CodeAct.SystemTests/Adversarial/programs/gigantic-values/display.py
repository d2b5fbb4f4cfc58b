# attempt: a picture of 150 MB
# expect: lives
# limit: 5
from IPython.display import display
display({"image/png": b"\x89PNG" + bytes(150_000_000)}, raw=True)
