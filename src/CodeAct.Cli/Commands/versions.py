# What a session has, as JSON: the versions of the libraries that can be imported here.
import importlib.metadata
import json


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


print(json.dumps({name: version(name) for name in ("ipython", "numpy", "pandas", "matplotlib", "sympy")}))
