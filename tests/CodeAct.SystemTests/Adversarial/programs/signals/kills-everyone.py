# attempt: kill(-1): every process that it may signal
# expect: contained
# floor: yes
os.kill(-1, 9)
