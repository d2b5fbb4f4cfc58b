# attempt: one call of numpy that takes a minute
# expect: hard
# limit: 2
import numpy
a = numpy.sin(numpy.arange(9e6)).reshape(3000, 3000)
# %%
numpy.linalg.svd(a)
