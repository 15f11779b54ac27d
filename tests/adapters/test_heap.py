import os
import platform
import subprocess
import sys

import pytest

GIVE = """
import array
from persrv.adapters.heap import give_back

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])

arrays = [array.array("B", bytes(50_000)) for _ in range(1_000)]
last = array.array("B", bytes(50_000))
before = held()
del arrays
free = held()
give_back()
print(before - free < 2_000, free - held() > 10_000)
"""
LOOK = """
import ctypes, re, sys, threading
from persrv.adapters.heap import share_heaps
share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(4)
def allocate():
    together.wait()
    libc.malloc(ctypes.c_size_t(5000))
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps of glibc")
@pytest.mark.parametrize(("chosen", "heaps"), [({}, 2), ({"MALLOC_ARENA_MAX": "3"}, 3)])
def test_threads_share_heaps_unless_somebody_chose_otherwise(chosen, heaps):
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
    }
    found = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment | chosen, capture_output=True, text=True, check=True
    )
    assert found.stderr.count("Arena ") == heaps


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc" or os.sysconf("SC_PAGESIZE") != 4096, reason="pages of glibc")
def test_what_is_free_between_what_is_not_is_given_back():
    found = subprocess.run([sys.executable, "-c", GIVE], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]
