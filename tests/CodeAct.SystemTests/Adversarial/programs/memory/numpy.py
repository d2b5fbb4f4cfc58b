# attempt: all the memory there is, by way of numpy, touched so that it counts
# expect: contained
# limit: 3
import numpy
hoard = []
try:
    while len(hoard) < 30:
        hoard.append(numpy.ones(50 << 17))
    escaped("1500 MB of 512")
except MemoryError:
    hoard.clear()
    refused()
