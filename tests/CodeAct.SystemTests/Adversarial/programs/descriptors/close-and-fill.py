# attempt: puts other files in the place of the engine's
# expect: contained
os.closerange(0, 101)
files = [os.open("/dev/null", os.O_RDWR) for _ in range(100)]
print("x")
