# Runs in each session of perf/run soak before anything else. What text() gives, the host computes too, in SoakText.cs.
import hashlib
import os
import subprocess
import sys
import threading
import time


def text(seed, size):
    blocks = (hashlib.sha256(f"{seed}:{number}".encode()).hexdigest() for number in range(size // 64 + 1))
    return "".join(blocks)[:size].replace("a", "ä").replace("b", "€").replace("c", "\n")


def in_thread(seed, size):
    thread = threading.Thread(target=print, args=(text(seed, size),), kwargs={"end": ""})
    thread.start()
    thread.join()


def in_child(seed, size):
    subprocess.run(["cat"], input=text(seed, size).encode(), check=True)


def ignore_interrupts():
    announced = False
    while True:
        try:
            if not announced:
                announced = True
                print("on", end="", flush=True)
            while True:
                time.sleep(0.001)
        except BaseException:
            pass


def wait_for_interrupt():
    print("on", end="", flush=True)
    while True:
        time.sleep(0.001)
