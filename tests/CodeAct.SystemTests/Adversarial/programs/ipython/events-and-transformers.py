# attempt: callbacks of IPython that loop before every later cell
# expect: contained
def forever(*args):
    while True:
        pass
get_ipython().events.register("pre_run_cell", forever)
get_ipython().input_transformers_cleanup.append(forever)
get_ipython().ast_transformers.append(forever)
# %%
%time 1
