"""Stock dense connections as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import BOTH, EVENTS, Kernel, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.sums import describe_sums
from loihi_emu.image.packing import to_bytes
from loihi_emu.models.dense import TILE
from loihi_emu.models.lava import dense as at
from loihi_emu.models.lava import messages
from loihi_emu.models.memory import Description, aligned


class Connection(Kernel):
    """What connections have in common: they send what they summed up in the step before."""

    sends_first = True
    in_place: tuple[str, ...] = ("a_buff",)

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        self.graded = model.is_graded
        self.events = np.zeros(1, np.int64)
        self.changed.add("weights")

    def constants(self) -> dict[str, Any]:
        return {"num_message_bits": "payloads" if self.model.is_graded else "plain spikes"}

    def counters(self) -> dict[str, int]:
        return {"synaptic events": int(self.events[0])}


class FixedConnection(Connection):
    """Integer weights, prepared before the first step."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        exponent = model.weight_exp
        if not isinstance(exponent, int | np.integer) or abs(int(exponent)) > 31:
            raise PythonFallback("weight_exp")
        self.exponent = int(exponent)

    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        if d_type.name not in STORED or (self.graded and d_type.name not in ("int32", "int64", "bool")):
            raise PythonFallback(f"{port}: {d_type}")
        return BOTH if self.graded else EVENTS, STORED[d_type.name]

    def mode(self, kind: int) -> int:
        """Return the mode of the leaf for events, or for payloads of a kind."""
        if not self.graded:
            return at.PLAIN
        return at.GRADED_WIDE if kind == messages.I64 else at.GRADED

    def prepare(self) -> None:
        """Bring the weights into the form of the chip, before the first step."""
        if not self.model.weights_set:
            self.model.prepare()
            self.model.weights_set = True


class DenseFixed(FixedConnection):
    """Dense in integers; weights are kept in bytes where they fit."""

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.a_out.shape, np.int32, data=self.model.a_buff)
        return {"a_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        feed = feeds["s_in"]
        d = self.d = describe_sums(at.DENSE, feed, self.message.data, self.events, graded=self.graded)
        d.exponent = self.exponent
        self.slow_mode = self.mode(feed.kind)
        return [("dense:step", d)]

    def refresh(self) -> None:
        if "weights" not in self.changed:
            return
        self.prepare()
        d = self.d
        found = None if self.graded else to_bytes(self.model.weights)
        if found is not None:
            d.weights, d.stride, d.offset, d.shift = found.rows, found.rows.shape[1], found.offset, found.shift
            d.mode, d.scratch = at.BYTES, aligned(4 * TILE, np.uint16)
        else:
            d.weights, d.mode = np.ascontiguousarray(self.model.weights.T), self.slow_mode
            d.sums = aligned(self.message.size, np.int64)


class DenseFloat(Connection):
    """Dense in float64."""

    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        if d_type.name not in STORED:
            raise PythonFallback(f"{port}: {d_type}")
        return (BOTH, messages.F64) if self.graded else (EVENTS, STORED[d_type.name])

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.a_out.shape, np.float64, data=self.model.a_buff)
        return {"a_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        out = self.message.data
        self.d = describe_sums(at.DENSE, feeds["s_in"], out, self.events, graded=self.graded)
        return [("dense:step_float", self.d)]

    def refresh(self) -> None:
        if "weights" in self.changed:
            self.d.weights = np.ascontiguousarray(self.model.weights.T)
