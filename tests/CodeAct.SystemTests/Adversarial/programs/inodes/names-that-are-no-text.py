# attempt: two names that are no UTF-8 and look the same to a host that reads them as text
# expect: lives
# floor: yes
for name in (b"a\xff", b"a\xfe", b"\xc0\xaf", b"new\nline", b"-rf", b"$(id)", b"\x1b[2J"):
    os.mkdir(b"in " + name)
    open(b"in " + name + b"/" + name, "wb").close()
    open(name, "wb").close()
