# attempt: closes the descriptors 0 to 100 and goes on talking
# expect: contained
for fd in range(101):
    try:
        os.close(fd)
    except OSError:
        pass
print("is anybody there?")
while True:
    pass
