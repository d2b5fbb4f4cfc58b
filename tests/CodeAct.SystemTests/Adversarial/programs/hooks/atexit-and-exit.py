# attempt: the end of the interpreter, with a function that will not let it
# expect: contained
import atexit
atexit.register(lambda: [None for _ in iter(int, 1)])
atexit._run_exitfuncs()
