# attempt: an integer with billions of digits
# expect: hard
x = 7 ** (3 ** 19)
x = x * x
