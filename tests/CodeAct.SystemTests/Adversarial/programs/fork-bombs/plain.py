# attempt: forks without end
# expect: contained
# floor: yes
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
