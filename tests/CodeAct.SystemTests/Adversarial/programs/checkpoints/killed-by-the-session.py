# attempt: ends every other process of its session, and with them its checkpoints
# expect: contained
# %% checkpoint
os.kill(-1, 9)
os._exit(1)
# %% rollback
1
