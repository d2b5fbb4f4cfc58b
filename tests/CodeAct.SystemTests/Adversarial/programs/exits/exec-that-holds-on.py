# attempt: becomes a program that never ends and holds the engine's socket
# expect: died
os.set_inheritable(CONTROL, True)
os.execv("/usr/bin/sleep", ["sleep", "600"])
