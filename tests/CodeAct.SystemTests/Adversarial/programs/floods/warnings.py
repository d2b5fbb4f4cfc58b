# attempt: warnings without end
# expect: contained
import warnings
warnings.simplefilter("always")
while True:
    warnings.warn("w" * 1000)
