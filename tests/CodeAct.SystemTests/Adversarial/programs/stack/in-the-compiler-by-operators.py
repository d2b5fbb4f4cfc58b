# attempt: an expression tree too deep for the compiler
# expect: contained
sys.setrecursionlimit(10**9)
compile("-" * 500_000 + "1", "x", "eval")
