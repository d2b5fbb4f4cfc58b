# attempt: shuts down one direction and lives on
# expect: contained
socket.socket(fileno=os.dup(CONTROL)).shutdown(socket.SHUT_WR)
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
