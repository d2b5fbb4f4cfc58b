# attempt: one call of numpy that takes a minute
# expect: hard
# limit: 2
import numpy
a = numpy.random.default_rng(1).random((3000, 3000))
# %%
numpy.linalg.svd(a)
