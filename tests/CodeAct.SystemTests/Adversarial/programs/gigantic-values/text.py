# attempt: one line of 200 million characters
# expect: lives
# limit: 5
print("x" * 200_000_000)
