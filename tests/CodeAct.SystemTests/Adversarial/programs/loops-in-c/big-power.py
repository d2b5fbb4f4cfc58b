# attempt: an integer with billions of digits
# expect: soft
7 ** (3 ** 19)
