# attempt: every number that a kernel may have and our list has not
# expect: contained
# limit: 2
for number in [*range(452, 700), *range(335, 424), *range(1 << 30, (1 << 30) + 20)]:
    try:
        answer = call(number, 0, 0, 0, 0, 0, 0)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOSYS):
            print(number, error)  # reached the kernel
            escaped(f"system call {number}: {error}")
    else:
        escaped(f"system call {number} gave {answer}")
