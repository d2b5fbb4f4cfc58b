# attempt: ends the interpreter as if all were well
# expect: died
# floor: yes
# reason: exit code 0
os._exit(0)
