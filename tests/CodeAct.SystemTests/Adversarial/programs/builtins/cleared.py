# attempt: empties the module of builtins
# expect: contained
import builtins
vars(builtins).clear()
