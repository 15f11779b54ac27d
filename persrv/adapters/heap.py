"""The heaps that memory is taken from, where the library of C is glibc; elsewhere all of this does nothing."""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import Final

_ARENA_MAX: Final = -8
"""`M_ARENA_MAX` of glibc's `mallopt`."""
_HEAPS: Final = 2
"""The main thread's, where the event loop is, and one of all others: the loop waits for nobody. With one alone a bot
holds no less."""
_CHOSEN_BY: Final = ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")


def share_heaps() -> None:
    """Have threads that are started from now on share one heap.

    By itself glibc gives each thread a heap of its own, up to eight a processor, each with what that thread has freed
    and is too scattered to be given back: 30 to 40 MB of a bot that has answered some thousand queries. Whoever chose
    otherwise by a variable of glibc has their way.
    """
    if not any(os.environ.get(name) for name in _CHOSEN_BY):
        _call("mallopt", _ARENA_MAX, _HEAPS)


def give_back() -> None:
    """Give what is free to the system, after much was: some milliseconds, in which other threads go on.

    By itself glibc gives back the end of a heap alone.
    """
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another system, or another library of C
        getattr(ctypes.CDLL(None), name)(*arguments)
