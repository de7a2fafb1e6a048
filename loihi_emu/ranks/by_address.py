"""MPI as compiled code calls it: addresses of functions, and handles as C knows them."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from loihi_emu.ranks.world import mpi


def function(name: str) -> int:
    """The address of a function of the library of MPI that mpi4py uses."""
    found = getattr(ctypes.CDLL(mpi().__file__), name)
    return int(ctypes.cast(found, ctypes.c_void_p).value or 0)


def handle(one: Any) -> int:
    """An MPI object, such as a communicator, as C passes it: a number or an address."""
    MPI = mpi()
    kind = ctypes.c_int32 if MPI._sizeof(one) == ctypes.sizeof(ctypes.c_int32) else ctypes.c_int64
    return int(kind.from_address(MPI._addressof(one)).value)


def in_place() -> int:
    """What stands for a buffer that is there already."""
    return int(mpi().IN_PLACE)


def type_of(dtype: DTypeLike) -> Any:
    """A type of MPI of the size of an element, which is all that matters where nothing is computed."""
    MPI = mpi()
    kinds = {1: MPI.INT8_T, 2: MPI.INT16_T, 4: MPI.INT32_T, 8: MPI.INT64_T}
    return kinds[np.dtype(dtype).itemsize]
