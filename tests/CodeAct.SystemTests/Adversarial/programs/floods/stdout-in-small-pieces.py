# attempt: prints single characters without end
# expect: contained
while True:
    print("x", end="", flush=True)
