# attempt: files that nobody can delete
# expect: refused
import fcntl
file = os.open("immutable", os.O_CREAT | os.O_RDWR)
forbidden(lambda: fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x10)), lambda: fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x20)))
