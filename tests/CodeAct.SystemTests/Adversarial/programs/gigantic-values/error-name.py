# attempt: an exception whose class has a name of 80 million characters
# expect: lives
# limit: 5
raise type("E" * 80_000_000, (Exception,), {})()
