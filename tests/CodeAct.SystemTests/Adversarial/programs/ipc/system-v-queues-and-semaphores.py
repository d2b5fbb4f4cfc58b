# attempt: queues and semaphores of another session
# expect: refused
# floor: yes
forbidden(lambda: call(68, 0x0C0DEAC7, 0), lambda: call(64, 0x0C0DEAC7, 0, 0), lambda: call(71, 0, 2, bytes(200)))
