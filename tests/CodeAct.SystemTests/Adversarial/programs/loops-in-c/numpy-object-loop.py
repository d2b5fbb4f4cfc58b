# attempt: numpy calling back into Python for each element
# expect: soft
import numpy
numpy.frompyfunc(lambda n: sum(range(1000)), 1, 1)(numpy.arange(10**7))
