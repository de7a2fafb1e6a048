"""Functions of the system that kernels call by address: to let other threads go first, and locks.

The locks are Python's own, which every platform has, taken and given back without the interpreter.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_API = ctypes.pythonapi
_API.PyThread_allocate_lock.restype = ctypes.c_void_p
_API.PyThread_free_lock.argtypes = [ctypes.c_void_p]
_API.PyThread_acquire_lock.argtypes = [ctypes.c_void_p, ctypes.c_int]


def _address(function: Any) -> int:
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


@cache
def giving_way() -> int:
    """The address of the function, of one argument that is 0, by which a thread lets others go first."""
    if sys.platform == "win32":
        return _address(ctypes.WinDLL("kernel32").Sleep)
    return _address(ctypes.CDLL(None).sched_yield)


@cache
def processors() -> tuple[int, int, int]:
    """Addresses of functions: which processor this is, which a thread may run on, to set these; 0 if there are none."""
    library = None if sys.platform == "win32" else ctypes.CDLL(None)
    names = ("sched_getcpu", "sched_getaffinity", "sched_setaffinity")
    if not all(hasattr(library, name) for name in names):
        return 0, 0, 0
    place, allowed, allow = (_address(getattr(library, name)) for name in names)
    return place, allowed, allow


class Lock:
    """A lock that one thread takes to sleep, and another gives back to wake it. It is taken when it is made.

    Attributes
    ----------
    address : int
        What the functions at :attr:`take` (with 1: wait for it) and :attr:`give` are given.
    """

    take, give = _address(_API.PyThread_acquire_lock), _address(_API.PyThread_release_lock)

    def __init__(self) -> None:
        self.address = int(_API.PyThread_allocate_lock() or 0)
        if not self.address:
            raise MemoryError("no lock")
        _API.PyThread_acquire_lock(self.address, 0)

    def free(self) -> None:
        """Give its memory back; nobody may use it any more."""
        _API.PyThread_free_lock(self.address)
