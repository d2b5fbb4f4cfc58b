# attempt: a child that shares its memory and keeps its parent waiting
# expect: contained
try:
    pid = libc.vfork()
except BaseException:
    pid = -1
while pid == 0:
    libc.pause()
