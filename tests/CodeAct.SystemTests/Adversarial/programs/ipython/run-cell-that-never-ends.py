# attempt: an IPython that begins each cell with a loop
# expect: hard
def forever(self, *args, **kwargs):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
get_ipython().__class__.run_cell = forever
# %%
print("never")
