# attempt: exchanges a directory and a link to one of the host's while the host deletes the workspace
# expect: contained
# floor: yes
os.mkdir("real")
for n in range(200):
    os.makedirs(f"before{n}/x")
os.symlink(CANARY["directory"], "link")
def exchange():
    renameat2 = libc.renameat2
    while True:
        renameat2(-100, b"real", -100, b"link", 2)
children = [child(exchange) for _ in range(8)]
