# attempt: another socket, a file, a pipe in the place of the engine's
# expect: contained
# floor: yes
a, b = socket.socketpair()
os.dup2(a.fileno(), CONTROL)
print("to myself")
