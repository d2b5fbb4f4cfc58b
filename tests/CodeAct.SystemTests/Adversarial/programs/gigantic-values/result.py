# attempt: a result of 200 million characters
# expect: lives
# limit: 5
"x" * 200_000_000
