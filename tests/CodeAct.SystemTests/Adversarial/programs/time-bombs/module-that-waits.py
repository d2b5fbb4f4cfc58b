# attempt: a module in the workspace that a later cell imports in place of the library's
# expect: contained
for name in ("json", "struct", "traceback", "ast", "numpy", "re"):
    with open(f"{name}.py", "w") as file:
        file.write("print('ESCAPED a module of the workspace is imported by the engine')\n")
# %%
1 / 0
# %%
%timeit -n 1 -r 1 1
