# attempt: text that is no Unicode, in every place that text has
# expect: lives
from IPython.display import display
print("\ud800" * 3, "\udcff", "\x00")
sys.stderr.write("\udfff")
display({"text/plain": "\ud800", "text/\udfff": "\udc80"}, raw=True)
raise type("\ud800", (Exception,), {})("\udfff")
