# attempt: a context manager that swallows all
# expect: hard
import contextlib
while True:
    with contextlib.suppress(BaseException):
        time.sleep(60)
