"""Messages between kernels: arrays of three kinds of elements, and lists of the non-zero ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Array, SourceLists, aligned

KINDS = {at.I32: np.dtype(np.int32), at.I64: np.dtype(np.int64), at.F64: np.dtype(np.float64)}
"""Elements of messages as kernels hold them."""

STORED = {"int32": at.I32, "int64": at.I64, "float64": at.F64, "bool": at.I32}
"""Kind that holds the messages of a type exactly; other types have none."""

HELD = {np.dtype(name): kind for name, kind in STORED.items()} | {
    np.dtype(np.int8): at.I32, np.dtype(np.int16): at.I32, np.dtype(np.uint8): at.I32, np.dtype(np.uint16): at.I32,
    np.dtype(np.uint32): at.I64, np.dtype(np.float16): at.F64, np.dtype(np.float32): at.F64,
}  # fmt: skip
"""Kind that holds a message of a Python model exactly, by its type."""

RECORDED = {
    "int32": at.I32, "int64": at.I64, "float64": at.F64, "int16": at.I16, "int8": at.I8, "bool": at.U8, "uint8": at.U8,
    "float32": at.F32,
}  # fmt: skip
"""Kinds of variables that a record can be made of."""


class Message:
    """What one port sends in a step, in the type of its channel.

    `data` is where it lies, when it is (a view of) a variable. Its sender may list the non-zero elements, and may add
    to it after it was cleared (`summed`).
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        d_type: DTypeLike,
        *,
        data: Array | None = None,
        listed: bool = False,
        summed: bool = False,
    ) -> None:
        self.shape = shape
        self.d_type = np.dtype(d_type)
        self.kind = HELD[self.d_type]
        self.size = prod(shape)
        self.data: Array = aligned(self.size, KINDS[self.kind]) if data is None else data.reshape(-1)
        self.lists = SourceLists(self.size + 1) if listed else None
        # While the schedule is made it is noted whether anybody reads the array, or the list, and whether its only
        # reader clears it, so that its sender need not.
        self.wanted = self.list_wanted = self.cleared = False
        self.summed = summed
        # A copy that a step begins with, where the sender writes the next message before this one was read.
        self.kept: Array | None = None

    def put(self, values: Array | tuple[Array, Array]) -> None:
        """Take over what a Python model sent: an array, or values with their places."""
        if isinstance(values, tuple):
            self.data[:] = 0
            self.data[values[1]] = values[0]
        else:
            self.data[:] = values.reshape(-1)

    def get(self) -> Array:
        """Return a copy as a Python model receives it."""
        return self.data.reshape(self.shape).astype(self.d_type)


@dataclass
class Feed:
    """What a kernel finds at an input, as far as it asked for it."""

    array: Array | None  # the sum of all messages; None when only events were asked for
    events: SourceLists | None  # its non-zero elements; None when only the sum was asked for
    kind: int  # of the elements of the sum
    cleared: bool = False  # whether the kernel is to leave the sum at 0

    @property
    def data(self) -> Array:
        """The sum of all messages."""
        assert self.array is not None
        return self.array

    @property
    def lists(self) -> SourceLists:
        """Its non-zero elements."""
        assert self.events is not None
        return self.events
