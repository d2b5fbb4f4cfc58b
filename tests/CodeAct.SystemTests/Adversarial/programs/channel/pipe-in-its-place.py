# attempt: a pipe in the place of the engine's socket, that nobody reads
# expect: contained
reading, writing = os.pipe()
os.dup2(writing, CONTROL)
while True:
    print("x" * 10_000)
