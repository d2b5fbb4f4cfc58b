# attempt: a structure too deep to be copied
# expect: contained
import pickle
sys.setrecursionlimit(10**9)
x = []
for _ in range(10**6):
    x = [x]
pickle.dumps(x)
