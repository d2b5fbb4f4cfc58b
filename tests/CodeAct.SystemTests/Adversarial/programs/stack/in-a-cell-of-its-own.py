# attempt: a cell that the engine itself has to parse
# expect: contained
get_ipython().run_cell("-" * 500_000 + "1")
