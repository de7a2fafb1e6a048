"""Stock sources and sinks as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import RECORDED, Message
from lava_api.magma.kernels.records import ReferringKernel, kernel_of_var, record
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from loihi_emu.models.lava import messages
from loihi_emu.models.lava import ring_buffer as at
from loihi_emu.models.memory import Array, Description


class Source(Kernel):
    """Source RingBuffer."""

    def bind(self) -> None:
        super().bind()
        if self.model.data.shape[-1] == 0:
            raise PythonFallback("data")
        self.changed.add("data")

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.s_out.shape, self.model.data.dtype, listed=True)
        return {"s_out": self.message}

    def calls(self, feeds: Feeds) -> Calls:
        self.d, leaf = source_description(self.message, self.model.data.shape[-1])
        return [(leaf, self.d)]

    def refresh(self) -> None:
        if "data" in self.changed:
            put_columns(self.d, self.model.data)


def source_description(message: Message, length: int) -> tuple[Description, str]:
    """Return the description of a leaf that sends columns, and the leaf."""
    d = Description(at.BUFFER)
    message.lists.describe(d)  # type: ignore[union-attr]
    d.out, d.n, d.length = message.data if message.wanted else None, message.size, length
    return d, "ring_buffer:step" if message.kind == messages.I32 else "ring_buffer:step_float"


def put_columns(d: Description, data: Any) -> None:
    """Write columns, and lists of what is not zero in them."""
    length = data.shape[-1]
    rows = np.ascontiguousarray(np.moveaxis(data, -1, 0).reshape(length, -1))
    columns, places = np.nonzero(rows)
    starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=length))])
    d.rows, d.starts, d.places = rows, starts.astype(np.int64), places.astype(np.int32)


class SinkKernel(Kernel):
    """Sink RingBuffer."""

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type)

    def bind(self) -> None:
        super().bind()
        if self.model.data.size == 0:
            raise PythonFallback("data")

    def calls(self, feeds: Feeds) -> Calls:
        feed, data = feeds["a_in"], self.model.data
        length = data.shape[-1]
        return [record(feed.data, feed.kind, data, stride=length, pitch=1, length=length)]


class ReadVariable(ReferringKernel):
    """Read."""

    def bind(self) -> None:
        super().bind()
        if self.model.data.size == 0:
            self.post_mgmt_in_python = True
        self.counter = np.array([self.model.counter], np.int64)

    def managed(self) -> Calls:
        data, source = self.model.data, self.array()
        length = data.shape[-1]
        name, d = record(
            source, RECORDED[source.dtype.name], data, stride=length, pitch=1, length=length, counter=self.counter
        )
        self.d = d
        return [(name, d)]

    def refresh(self) -> None:
        if self.post_mgmt_in_python:
            return
        self.d.interval, self.d.offset = self.model.interval.item(), self.model.offset.item()


class ResetVariable(ReferringKernel):
    """Reset."""

    alters = True

    def bind(self) -> None:
        super().bind()
        self.real = np.zeros(1)

    def reads(self, array: Array) -> bool:
        return RECORDED.get(array.dtype.name) in (messages.I32, messages.I64, messages.F64)

    def managed(self) -> Calls:
        target = self.array()
        d = self.d = Description(messages.WRITE)
        d.out, d.kind, d.n, d.real = target, RECORDED[target.dtype.name], target.size, self.real
        paths = kernel_of_var(self.var).paths
        d.paths, d.blocks = paths, 0 if paths is None else paths.size
        return [("messages:write", d)]

    def refresh(self) -> None:
        if self.post_mgmt_in_python:
            return
        model, d = self.model, self.d
        d.interval, d.offset, d.integer = model.interval.item(), model.offset.item(), int(model.reset_value.item())
        self.real[0] = model.reset_value.item()


class StateLoader(Kernel, Managing):
    """StateDataloader: labels are sent, samples are loaded in Python."""

    def outputs(self) -> dict[str, Message]:
        self.label = Message(self.process.ground_truth.shape, type(self.model).ground_truth.d_type)
        return {"ground_truth": self.label}

    def due(self, step: int) -> int | None:
        interval, offset = int(self.model.interval.item()), int(self.model.offset.item())
        return step + (offset - (step - 1)) % interval

    def refresh(self) -> None:
        self.label.data[:] = np.broadcast_to(np.asarray(self.model.label, float), self.label.shape).reshape(-1)


class SpikeLoader(StateLoader):
    """SpikeDataloader: also sends the column of the step."""

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.s_out.shape, type(self.model).s_out.d_type, listed=True)
        return super().outputs() | {"s_out": self.message}

    def calls(self, feeds: Feeds) -> Calls:
        self.d, leaf = source_description(self.message, self.model.data.shape[-1])
        return [(leaf, self.d)]

    def refresh(self) -> None:
        super().refresh()
        put_columns(self.d, self.model.data)
        self.d.start = (-1 - int(self.model.offset.item())) % self.model.data.shape[-1]
