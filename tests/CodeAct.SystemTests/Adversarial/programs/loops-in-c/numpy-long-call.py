# attempt: one call of numpy that takes an hour
# expect: hard
import numpy
numpy.sum(numpy.broadcast_to(1.5, 10**13))
