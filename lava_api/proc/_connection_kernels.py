"""What the kernels of dense and sparse connections share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.derived import BuiltFor
from lava_api.magma.kernels.leaf_calls import Call, Calls, PartCall, cut
from lava_api.magma.kernels.messages import STORED, Message
from lava_api.magma.kernels.outcome import Counting
from lava_api.magma.kernels.sums import ALL, ConnectionSums, clear, shift
from lava_api.magma.kernels.wanted import BOTH, EVENTS, Feeds, PythonFallback, held
from loihi_emu.models.lava import messages
from loihi_emu.models.memory import Array, Description, aligned, counter
from loihi_emu.models.records import Record

INTEGERS = ("int32", "int64", "bool")
"""Types of payloads of integer connections."""
GRAIN = 32
"""Targets of a part are cut at multiples of it: two lines of the cache."""


class Synaptic(Kernel, BuiltFor, Counting):
    """What adds up events, with or without payloads, and sends the sums of the step before.

    Attributes
    ----------
    is_real : bool
        Whether it adds up in float64.
    buffer : str
        Variable with the sums.
    """

    sends_first = True
    is_real = False
    buffer = "a_buff"

    def bind(self) -> None:
        super().bind()
        self.graded = self._is_graded()
        self.events = np.zeros(1, np.int64)

    def _is_graded(self) -> bool:
        return bool(np.asarray(self.model.num_message_bits).item() > 0)

    def constants(self) -> dict[str, object]:
        return {"num_message_bits": "payloads" if self._is_graded() else "plain spikes"}

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if not self.graded:
            return EVENTS, held(port, d_type)
        kind = held(port, d_type, STORED if self.is_real else INTEGERS)
        return BOTH, messages.F64 if self.is_real else kind

    def outputs(self) -> dict[str, Message]:
        sums = getattr(self.model, self.buffer)
        self.message = Message(self.process.a_out.shape, sums.dtype, data=sums, summed=True)
        self.ring: Array = self.message.data
        return {"a_out": self.message}

    def counters(self) -> dict[str, int]:
        return {"synaptic events": int(self.events[0])}


class ConnectionKernel(Synaptic, ABC):
    """Connections whose synapses are those of a network.

    Attributes
    ----------
    packed : Description
        Of the leaf that delivers events; made with the first calls.
    can_be_cut : bool
        Whether several threads may have some of the targets each.
    pieces : list of slice
        The targets of each part.
    delivering : list of Description
        Of the leaf that delivers events, one a part; with one part that of all.
    """

    in_place: tuple[str, ...] = ("a_buff",)
    can_be_cut = True
    packed: Description

    def bind(self) -> None:
        super().bind()
        self.changed.add("weights")

    def calls(self, feeds: Feeds) -> Calls:
        if not hasattr(self, "sums"):
            feed, n = feeds["s_in"], self.message.size
            self.sums = ConnectionSums(feed, self.ring, n, self.events, self.graded)
            self.pieces = cut(n, self.threads if self.can_be_cut else 1, GRAIN)
            self.describe()
            self.delivering = [self.packed]
            if len(self.pieces) > 1:
                self._parts = [
                    ConnectionSums(feed, self.ring[few], few.stop - few.start, counter(), self.graded)
                    for few in self.pieces
                ]
                self.delivering = [part.packed(self.leaf()[1]) for part in self._parts]
        if len(self.pieces) > 1 and self.in_parts:
            return [PartCall(call, k) for k in range(len(self.pieces)) for call in self._of_part(k)]
        return self.in_step(self.adding())

    @property
    def in_parts(self) -> bool:
        """Whether its leaf can deliver to some of the targets."""
        return True

    def _of_part(self, k: int) -> list[Call]:
        """Return the calls of a step for some of the targets."""
        few, d = self.pieces[k], self.delivering[k]
        add = [*self._parts[k].payloads(d), (self.leaf()[0], d)]
        return [*clear(self.message, few), *add, *self.shifting(few)]

    def shifting(self, few: slice = ALL) -> list[Call]:
        """Return the call that shifts sums, if they are."""
        return []

    @abstractmethod
    def leaf(self) -> tuple[str, Record]:
        """Return the leaf that delivers events, and the record that it reads."""

    def describe(self) -> None:
        """Make descriptions, without weights."""
        self.packed = self.sums.packed(self.leaf()[1])

    def adding(self) -> list[Call]:
        """Return the calls that add up this step's events."""
        return [*self.sums.payloads(self.packed), (self.leaf()[0], self.packed)]

    def in_step(self, adding: list[Call]) -> list[Call]:
        """Return the calls of a step around those that add up events."""
        return [*clear(self.message), *adding]

    def pack(self) -> bool:
        """Write the weights into the descriptions, if they fit; return whether they do."""
        return all(self.pack_some(d, few) for d, few in zip(self.delivering, self.pieces, strict=True))

    @abstractmethod
    def pack_some(self, d: Description, few: slice) -> bool:
        """Write the weights of some targets into a description, if they fit; return whether they do."""

    def refresh(self) -> None:
        if "weights" in self.changed:
            self.pack()

    def counters(self) -> dict[str, int]:
        parts = self._parts if len(self.pieces) > 1 else ()
        return {"synaptic events": sum(int(some.events[0]) for some in (self, *parts))}


class FloatConnectionKernel(ConnectionKernel):
    """Weights in float64, which always fit."""

    is_real = True


class FixedConnectionKernel(ConnectionKernel):
    """Integer weights, prepared before the first step; where they do not fit, as rows of any size."""

    def bind(self) -> None:
        super().bind()
        self.exponent = shifted_by(self.model.weight_exp)
        self.is_packed = True

    def describe(self) -> None:
        super().describe()
        self.rows = self.sums.rows()
        self.rows.exponent = self.exponent

    @property
    def in_parts(self) -> bool:
        return self.is_packed

    def adding(self) -> list[Call]:
        return [*super().adding(), *self.shifting()] if self.is_packed else [("sums:step", self.rows)]

    def shifting(self, few: slice = ALL) -> list[Call]:
        return shift(self.message, self.exponent, few)

    def refresh(self) -> None:
        if "weights" in self.changed:
            self.model.prepare_once()
            packed = self.fits() and self.pack()
            if not packed:
                self.put_rows()
                self.rows.sums = aligned(self.ring.size, np.int64)
            self.recast, self.is_packed = packed != self.is_packed, packed

    def fits(self) -> bool:
        """Return whether sums of 32 bits are exact: all, those that are not shifted to the right, or small ones."""
        if self.exponent >= 0:
            return True
        if self.graded:
            return self.sums.feed.kind == messages.I32  # they wrap there anyway
        weights = self.model.weights
        return largest(weights) * int(weights.shape[1]) < 1 << 31

    @abstractmethod
    def put_rows(self) -> None:
        """Write the weights as rows of any size."""


def shifted_by(exponent: Any) -> int:
    """Return a weight exponent; leave those that no leaf shifts by to the Python model."""
    if not isinstance(exponent, int | np.integer) or abs(int(exponent)) > 31:
        raise PythonFallback("weight_exp")
    return int(exponent)


def largest(weights: Any) -> int:
    """Return the largest magnitude of integer weights, in an array or a sparse matrix."""
    values = weights if isinstance(weights, np.ndarray) else weights.data
    return max(int(values.max()), -int(values.min())) if values.size else 0
