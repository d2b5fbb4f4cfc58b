# attempt: files that the next interpreter of this workspace reads when it starts
# expect: died
# reason: exit code 1
for name in ("sitecustomize.py", "usercustomize.py", "ipython_config.py", "codeact_worker.py", ".pythonrc"):
    open(name, "w").write("print('ESCAPED by a file that is read at the start')\n")
os._exit(1)
