# attempt: replaces what sends frames with what sends nothing
# expect: contained
type(sys.stdout.output.channel).send = lambda self, *args: None
# %%
1 + 1
