# attempt: memory that each checkpoint must copy
# expect: contained
# limit: 2
hoard = bytearray(200 << 20)
# %% checkpoint
hoard[::4096] = b"1" * (len(hoard) // 4096)
# %% checkpoint
hoard[::4096] = b"2" * (len(hoard) // 4096)
# %% checkpoint
hoard[::4096] = b"3" * (len(hoard) // 4096)
# %% checkpoint
kept
