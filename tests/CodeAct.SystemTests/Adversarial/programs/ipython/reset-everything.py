# attempt: takes every object of IPython apart
# expect: contained
import gc
for thing in gc.get_objects():
    if type(thing).__module__.startswith("IPython"):
        try:
            vars(thing).clear()
        except Exception:
            pass
