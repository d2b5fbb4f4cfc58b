# attempt: reads at address 0
# expect: died
# floor: yes
# reason: SIGSEGV
ctypes.string_at(0)
