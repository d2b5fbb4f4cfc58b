# attempt: directories nested so deeply that no path reaches the last
# expect: lives
# limit: 3
for n in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("at the bottom", "w").close()
