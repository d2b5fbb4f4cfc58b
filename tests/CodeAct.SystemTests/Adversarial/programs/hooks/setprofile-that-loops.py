# attempt: a profile function that holds up every call of the engine
# expect: contained
def profile(frame, event, argument):
    if event == "c_call":
        time.sleep(0.05)
sys.setprofile(profile)
# %%
1 + 1
