"""Stock sources and sinks as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import DATA, Declined, Kernel
from lava_api.magma.kernels.messages import RECORDED, STORED, Feed, Message
from lava_api.magma.kernels.records import record, referred
from loihi_emu.image.memory import Description
from loihi_emu.models.lava import messages
from loihi_emu.models.lava import ring_buffer as at


class Source(Kernel):
    """Source RingBuffer."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.data.shape[-1] == 0:
            raise Declined("data")
        self.changed.add("data")

    def outputs(self) -> dict[str, Message]:
        """Return the message that takes a step's column."""
        self.message = Message(self.process.s_out.shape, self.model.data.dtype, listed=True)
        return {"s_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf."""
        d = self.d = Description(at.SOURCE_WORDS)
        self.message.lists.describe(d)  # type: ignore[union-attr]
        d.point(at.OUT, self.message.data if self.message.wanted else None)
        d.words[at.N], d.words[at.LENGTH] = self.message.size, self.model.data.shape[-1]
        return [("ring_buffer:step" if self.message.kind == messages.I32 else "ring_buffer:step_float", d)]

    def refresh(self) -> None:
        """Take over data that were set."""
        if "data" not in self.changed:
            return
        length = self.model.data.shape[-1]
        rows = np.ascontiguousarray(np.moveaxis(self.model.data, -1, 0).reshape(length, -1))
        columns, places = np.nonzero(rows)
        starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=length))])
        self.d.point(at.ROWS, rows)
        self.d.point(at.STARTS, starts.astype(np.int64))
        self.d.point(at.PLACES, places.astype(np.int32))

    def counters(self) -> dict[str, int]:
        """Nothing is counted."""
        return {}


class Sink(Kernel):
    """Sink RingBuffer."""

    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        """Any numbers."""
        if d_type.name not in STORED:
            raise Declined(f"{port}: {d_type}")
        return DATA, STORED[d_type.name]

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if model.data.size == 0:
            raise Declined("data")

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf."""
        feed, data = feeds["a_in"], self.model.data
        length = data.shape[-1]
        return [record(feed.data, feed.kind, data, stride=length, pitch=1, length=length)]


class ReadVariable(Kernel):
    """Read."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        self.var = referred(process.state)
        if self.var is None or self.var.shape != process.state.shape or model.data.size == 0:
            raise Declined("state")
        self.counter = np.array([model.counter], np.int64)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """Nothing in the spiking phase."""
        return []

    def managed(self) -> Iterable[tuple[str, Description]]:
        """One leaf."""
        data, source = self.model.data, self.var.process._model._kernel.variable(self.var.name)
        length = data.shape[-1]
        name, d = record(
            source, RECORDED[source.dtype.name], data, stride=length, pitch=1, length=length, counter=self.counter
        )
        self.d = d
        return [(name, d)]

    def refresh(self) -> None:
        """Take over the interval."""
        self.d.words[messages.R_INTERVAL] = self.model.interval.item()
        self.d.words[messages.R_OFFSET] = self.model.offset.item()
