# attempt: a session that is taken back and never says that it is there
# expect: contained
# limit: 6
def forever(*args):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
type(sys.stdout.output).attach = forever
# %% checkpoint
1
# %% rollback
2
