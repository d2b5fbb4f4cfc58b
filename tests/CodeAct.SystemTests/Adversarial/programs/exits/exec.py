# attempt: becomes another program
# expect: died
os.execv("/usr/bin/true", ["true"])
