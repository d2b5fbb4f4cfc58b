# attempt: shuts the socket down, in all three ways
# expect: contained
# floor: yes
copy = socket.socket(fileno=os.dup(CONTROL))
for how in (socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR):
    copy.shutdown(how)
while True:
    pass
