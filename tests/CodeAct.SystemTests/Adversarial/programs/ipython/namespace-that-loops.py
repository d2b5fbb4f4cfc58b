# attempt: a namespace in which every assignment by the host hangs
# expect: contained
class Trap(dict):
    def __setitem__(self, name, value):
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
get_ipython().__dict__["user_ns"] = Trap(get_ipython().user_ns)
get_ipython()._trait_values["user_ns"] = get_ipython().__dict__["user_ns"]
