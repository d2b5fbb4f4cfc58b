# attempt: exchanges a link under the sandbox's own eyes
# expect: contained
os.symlink("/workspace/mine", "link")
open("mine", "w").close()
def exchange():
    while True:
        for target in ("/workspace/mine", CANARY["secret"], "/proc/1/root" + CANARY["secret"]):
            os.symlink(target, "next")
            os.rename("next", "link")
pid = child(exchange)
until = time.monotonic() + 0.3
while time.monotonic() < until:
    try:
        got = open("link").read()
        if got:
            escaped(got)
    except OSError:
        pass
