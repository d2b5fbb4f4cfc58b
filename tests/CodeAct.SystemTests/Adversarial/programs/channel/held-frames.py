# attempt: fills what the engine holds back, by way of the garbage collector
# expect: contained
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Channel":
        thing.held = b"\xff" * 100
