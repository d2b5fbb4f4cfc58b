# attempt: a daemon that speaks to the host as the interpreter, after its death
# expect: died
# floor: yes
def speak():
    os.setsid()
    while True:
        os.write(CONTROL, frame(b"1", b"I am not dead", this_cell()))
child(speak)
time.sleep(0.05)
os._exit(6)
