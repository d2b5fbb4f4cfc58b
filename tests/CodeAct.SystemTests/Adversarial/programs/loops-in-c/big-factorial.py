# attempt: a factorial nobody can wait for
# expect: hard
import math
math.factorial(10**7)
