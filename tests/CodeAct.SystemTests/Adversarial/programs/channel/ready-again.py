# attempt: says that it is a new interpreter
# expect: contained
os.write(CONTROL, frame(b"H", b"{}", 0) * 3)
