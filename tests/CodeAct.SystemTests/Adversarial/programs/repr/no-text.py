# attempt: representations that are no text, or lie about their type
# expect: lives
class Text(str):
    def __len__(self):
        return -1
    def encode(self, *args):
        return 7
class R:
    def __repr__(self):
        return Text("not quite")
    def _repr_html_(self):
        return {1: 2}
    def _repr_png_(self):
        return object()
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {Text("text/plain"): Text("x"), 5: b"x"}, 3
R()
