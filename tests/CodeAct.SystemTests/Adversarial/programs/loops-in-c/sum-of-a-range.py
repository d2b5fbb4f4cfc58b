# attempt: a loop inside one call of C, which looks at no signal until it ends
# expect: hard
sum(range(10**12))
