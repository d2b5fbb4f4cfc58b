# attempt: aborts
# expect: died
# reason: SIG
os.abort()
