# attempt: memory in pieces so small that nobody counts them
# expect: contained
# limit: 1
tree = []
while True:
    tree = [tree, {}, object()]
