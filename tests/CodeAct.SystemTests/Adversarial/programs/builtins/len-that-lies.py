# attempt: a len that lies to the engine about its frames
# expect: contained
import builtins
real = len
builtins.len = lambda value: 4 if isinstance(value, bytes) else real(value)
print("a line")
