# attempt: a representation that takes for ever and cannot be interrupted
# expect: hard
class R:
    def __repr__(self):
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
R()
