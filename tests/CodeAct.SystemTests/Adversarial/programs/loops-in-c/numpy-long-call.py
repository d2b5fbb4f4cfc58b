# attempt: one call of numpy that takes a minute
# expect: hard
import numpy
numpy.linalg.svd(numpy.random.rand(4000, 4000))
