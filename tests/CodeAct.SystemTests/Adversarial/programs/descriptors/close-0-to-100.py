# attempt: closes the descriptors 0 to 100
# expect: contained
# floor: yes
os.closerange(0, 101)
