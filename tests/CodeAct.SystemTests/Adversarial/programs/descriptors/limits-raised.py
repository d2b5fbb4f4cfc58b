# attempt: raises its own limits
# expect: refused
# floor: yes
import resource
def more(kind):
    limit = resource.getrlimit(kind)[1]
    try:
        resource.setrlimit(kind, (limit + 1, limit + 1))
    except ValueError as refusal:
        raise OSError(str(refusal))
forbidden(*(lambda kind=kind: more(kind) for kind in (
    resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_MEMLOCK)))
