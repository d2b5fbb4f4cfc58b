# attempt: says that the cell is over, and goes on
# expect: contained
# floor: yes
os.write(CONTROL, frame(b".", b"k-", this_cell()))
while True:
    try:
        time.sleep(60)
    except BaseException:
        pass
