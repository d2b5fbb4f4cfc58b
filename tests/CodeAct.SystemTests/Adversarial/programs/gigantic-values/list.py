# attempt: a list of ten million numbers as the result
# expect: lives
# limit: 3
list(range(10**7))
