# attempt: directories that even their owner may not enter
# expect: lives
# floor: yes
for n in range(5):
    os.mkdir(f"d{n}")
    os.mkdir(f"d{n}/inner")
    open(f"d{n}/inner/file", "w").close()
    os.chmod(f"d{n}/inner", 0)
    os.chmod(f"d{n}", 0)
os.chmod(".", 0)
