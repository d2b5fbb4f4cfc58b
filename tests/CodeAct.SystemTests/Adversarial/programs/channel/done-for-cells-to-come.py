# attempt: ends cells that have not begun, for a thousand cells
# expect: contained
for cell in range(1000):
    os.write(CONTROL, frame(b".", b"k-", cell))
# %%
while True:
    pass
