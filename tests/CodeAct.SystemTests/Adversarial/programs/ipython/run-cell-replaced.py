# attempt: an IPython that runs nothing and says that all is well
# expect: contained
get_ipython().__class__.run_cell = lambda self, *args, **kwargs: None
# %%
print("never")
