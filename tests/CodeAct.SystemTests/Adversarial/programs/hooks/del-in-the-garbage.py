# attempt: a finalizer that comes back to life at every collection
# expect: contained
import gc
class D:
    def __del__(self):
        globals()["alive"] = [self, D()]
        self.itself = self
D()
while True:
    gc.collect()
