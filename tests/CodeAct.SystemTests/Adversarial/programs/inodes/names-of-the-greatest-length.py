# attempt: a path many times longer than the system's longest
# expect: lives
for n in range(40):
    os.mkdir("n" * 255)
    os.chdir("n" * 255)
