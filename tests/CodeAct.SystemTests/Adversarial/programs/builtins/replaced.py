# attempt: takes the builtins away from the engine
# expect: contained
# floor: yes
import builtins
for name in ("len", "isinstance", "type", "str", "getattr", "print", "compile", "exec", "issubclass", "BaseException"):
    setattr(builtins, name, None)
