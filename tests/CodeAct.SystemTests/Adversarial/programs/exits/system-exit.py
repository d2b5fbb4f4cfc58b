# attempt: SystemExit, in the ways that there are
# expect: lives
sys.exit(3)
