# attempt: opens all the files that there can be, and then prints, plots and raises
# expect: lives
files = []
try:
    while True:
        files.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    refused(len(files))
print("x" * 100_000)
# %%
1 / 0
