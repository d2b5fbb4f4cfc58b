# attempt: children that share the descriptor table and close it under their parent
# expect: contained
pid = call(56, 0x400 | 17, 0, 0, 0, 0)  # CLONE_FILES
if pid == 0:
    os.closerange(0, 64)
    os._exit(0)
time.sleep(0.1)
print("still here")
