# attempt: takes a name before another session does, and so learns of it or stands in for it
# expect: contained
mine = socket.socket(socket.AF_UNIX)
try:
    mine.bind("\0codeact-neighbour")
except OSError as error:
    if error.errno == errno.EADDRINUSE:
        escaped("a name is taken by another session: they share them")
