# attempt: says that the cell is over, and takes the processor without any limit
# expect: contained
os.write(CONTROL, frame(b".", b"k-", this_cell()))
for n in range(10**12):
    try:
        os.write(1, b"still here")
    except BaseException:
        pass
# %%
1 + 1
