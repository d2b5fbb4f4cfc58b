# attempt: a factorial nobody can wait for
# expect: soft
import math
math.factorial(10**7)
