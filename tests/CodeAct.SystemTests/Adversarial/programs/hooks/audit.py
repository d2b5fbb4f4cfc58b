# attempt: an audit hook, which can never be taken out, that refuses everything
# expect: contained
def hook(event, arguments):
    raise RuntimeError(event)
sys.addaudithook(hook)
