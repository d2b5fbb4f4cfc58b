# attempt: matrix products in native code that knows nothing of signals
# expect: hard
import numpy
a = numpy.ones((3000, 3000))
while True:
    try:
        a = a @ a
        a /= a.max()
    except BaseException:
        pass
