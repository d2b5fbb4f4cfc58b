# attempt: hooks around every fork
# expect: contained
os.register_at_fork(before=lambda: time.sleep(600))
os.fork()
