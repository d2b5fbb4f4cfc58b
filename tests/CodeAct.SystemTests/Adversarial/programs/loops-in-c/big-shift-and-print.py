# attempt: an integer that is quickly made and slowly written
# expect: contained
sys.set_int_max_str_digits(0)
str(1 << 12_000_000)
