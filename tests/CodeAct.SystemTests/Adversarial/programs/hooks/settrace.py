# attempt: a trace function that sees every line of the engine
# expect: contained
def trace(frame, event, argument):
    if frame.f_code.co_name in ("receive", "end", "send"):
        raise RuntimeError("from the trace")
    return trace
sys.settrace(trace)
frame_ = sys._getframe()
while frame_:
    frame_.f_trace = trace
    frame_ = frame_.f_back
