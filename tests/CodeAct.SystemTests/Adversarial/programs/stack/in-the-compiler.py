# attempt: source that is nested too deeply for the parser
# expect: contained
eval("(" * 100_000 + ")" * 100_000)
