# attempt: a workspace whose listing takes longer than the cell
# expect: contained
# limit: 3
for n in range(30_000):
    os.mkdir(f"d{n}")
# %%
1 + 1
