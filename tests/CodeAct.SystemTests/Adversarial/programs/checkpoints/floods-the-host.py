# attempt: a checkpoint that tells the host of millions of processes
# expect: contained
# limit: 6
def wait(resume):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, resume)
    number = 0
    while True:
        number += 1
        sock.send(b'{"process":%d}' % number)
sys.modules["codeact_worker.frozen"].wait = wait
# %% checkpoint
time.sleep(0.4)
# %% rollback
2
