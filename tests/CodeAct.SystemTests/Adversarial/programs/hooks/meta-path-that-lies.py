# attempt: an importer that gives the engine a module of its own
# expect: contained
import types
sys.modules.update({name: types.ModuleType(name) for name in ("json", "matplotlib._pylab_helpers", "matplotlib.pyplot", "traceback", "os")})
# %%
1 / 0
