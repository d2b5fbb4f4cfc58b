# attempt: reads the other end of its own pipes, by /proc
# expect: contained
for fd in (1, 2):
    for flags in (os.O_RDONLY, os.O_RDWR):
        try:
            file = os.open(f"/proc/self/fd/{fd}", flags | os.O_NONBLOCK)
            print("mine", flush=True)
            os.read(file, 100)
        except OSError as error:
            print(error)
