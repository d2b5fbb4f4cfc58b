# attempt: tells IPython to end
# expect: contained
get_ipython().exit_now = True
get_ipython().ask_exit()
