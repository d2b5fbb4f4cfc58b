# attempt: an importer that answers every import with itself
# expect: contained
class Evil:
    def find_spec(self, name, path=None, target=None):
        while True:
            pass
sys.meta_path.insert(0, Evil())
for name in list(sys.modules):
    if name.startswith(("json", "IPython", "codeact_worker")):
        del sys.modules[name]
import json
