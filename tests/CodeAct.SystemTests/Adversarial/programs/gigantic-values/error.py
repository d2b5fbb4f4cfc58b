# attempt: an exception with a message of 150 million characters
# expect: lives
# limit: 5
raise ValueError("e" * 150_000_000)
