# attempt: makes the engine's own thread fail and waits for text that nobody sends
# expect: lives
sys.stdout.output.waiting = True
sys.stdout.write("text without an end of line")
