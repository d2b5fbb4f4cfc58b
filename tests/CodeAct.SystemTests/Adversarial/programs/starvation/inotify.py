# attempt: all the inotify instances that a user may have
# expect: contained
# floor: yes
made = 0
try:
    while True:
        call(294, 0)
        made += 1
except OSError as error:
    refused(f"{error}, after {made}")
