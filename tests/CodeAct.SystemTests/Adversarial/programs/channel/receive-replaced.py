# attempt: replaces what receives with what never returns
# expect: contained
def forever(self):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
type(sys.stdout.output.channel).receive = forever
