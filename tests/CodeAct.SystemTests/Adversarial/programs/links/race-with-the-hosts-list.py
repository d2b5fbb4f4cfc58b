# attempt: exchanges a directory and a link to one of the host's while the host lists the workspace
# expect: contained
# floor: yes
os.mkdir("real")
for n in range(40):
    os.makedirs(f"before{n}/x")
open("real/mine", "w").close()
os.symlink(CANARY["listed"], "link")
def exchange():
    renameat2 = libc.renameat2
    while True:
        renameat2(-100, b"real", -100, b"link", 2)
children = [child(exchange) for _ in range(2)]
# %%
2
# %%
3
# %%
4
# %%
5
# %%
6
# %%
7
# %%
8
# %%
9
