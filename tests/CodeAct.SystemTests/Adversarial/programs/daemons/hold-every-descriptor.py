# attempt: a child that holds the engine's socket too, and outlives the interpreter
# expect: died
# floor: yes
# reason: exit code 3
def stay():
    os.setsid()
    time.sleep(600)
child(stay)
os._exit(3)
