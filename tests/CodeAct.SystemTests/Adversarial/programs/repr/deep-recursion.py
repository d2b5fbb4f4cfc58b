# attempt: the representation of a list nested 100,000 deep
# expect: lives
x = []
for _ in range(100_000):
    x = [x]
x
