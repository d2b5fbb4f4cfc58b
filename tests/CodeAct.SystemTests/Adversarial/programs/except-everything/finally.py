# attempt: begins again while the interrupt passes through
# expect: hard
def again():
    try:
        while True:
            pass
    finally:
        again()
again()
