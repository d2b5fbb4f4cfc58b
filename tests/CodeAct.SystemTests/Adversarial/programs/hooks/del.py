# attempt: a finalizer that loops
# expect: hard
class D:
    def __del__(self):
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
d = D()
del d
