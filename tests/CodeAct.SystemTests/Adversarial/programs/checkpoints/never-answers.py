# attempt: a host that waits for a checkpoint for ever
# expect: contained
# limit: 6
def forever(*args):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass
for module in ("codeact_worker.frozen", "codeact_worker.worker"):
    for name, value in list(vars(sys.modules[module]).items()):
        if callable(value) and not isinstance(value, type):
            setattr(sys.modules[module], name, forever)
# %% checkpoint
1
