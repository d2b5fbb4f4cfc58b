# attempt: half a frame, so that what the engine says next is taken for the rest
# expect: contained
# floor: yes
os.write(CONTROL, frame(b"1", b"x", this_cell(), length=1000))
print("swallowed?")
