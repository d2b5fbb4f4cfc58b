# attempt: prints without end
# expect: contained
# floor: yes
while True:
    print("x" * 1000)
