"""Adapters as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.core.model.py.ports import PyOutPortVectorSparse
from lava_api.magma.core.process.ports.abstract import AbstractPort
from lava_api.magma.core.process.ports.ports import AbstractVirtualPort, InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import RECORDED, Message
from lava_api.magma.kernels.records import ReferringKernel, record
from lava_api.magma.kernels.scheduled import Unpacking
from lava_api.magma.kernels.vector import FallibleVector
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from lava_api.proc.embedded_io.spike import read_pair
from lava_api.proc.io.encoder import Compression, DeltaEncoder
from loihi_emu.models.lava import adapters as at
from loihi_emu.models.lava import messages

LEAVES = {messages.I32: "adapter", messages.I64: "adapter_wide", messages.F64: "adapter_float"}


class AdapterKernel(FallibleVector):
    """Adapters of spikes; messages with fractions are refused."""

    record = at.ADAPTER
    inputs = ("inp",)
    sends = ("out",)

    def bind(self) -> None:
        super().bind()
        self.status = None  # unless messages with fractions may arrive

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        kind = messages.F64 if d_type.kind == "f" else held(port, d_type)
        if kind == messages.F64 and self.status is None:
            self.status = np.zeros(1, np.int64)
        return DATA, kind

    def describe(self, feeds: Feeds) -> None:
        self.leaf, self.arrived = f"adapters:{LEAVES[feeds['inp'].kind]}", feeds["inp"].data
        self.d.bits, self.d.exponent = self.model.bits, self.model.exponent

    def failure(self) -> Exception:
        return self.model.fractions(self.arrived)  # type: ignore[no-any-return]


class EncodedAdapter(AdapterKernel, Unpacking):
    """PyToN3ConvAdapter: takes what an encoder sends in its form, or any process where nothing is packed."""

    def bind(self) -> None:
        super().bind()
        self.form = self.process.proc_params["compression"]
        self.packed = self.form not in PLAIN
        sources = self.process.inp.get_src_ports()
        piped = self.packed and self.process.inp.external_pipe_flag
        if len(sources) > 1 or piped or any(not self._fits(port) for port in sources):
            raise PythonFallback("compression, inp")

    @classmethod
    def unpacks(cls, process: AbstractProcess, form: Compression) -> bool:
        """The form of the process."""
        return process.proc_params["compression"] is form

    def _fits(self, port: AbstractPort) -> bool:
        sends_pairs = issubclass(getattr(port.process.model_class, port.name).cls, PyOutPortVectorSparse)
        if sends_pairs and any(isinstance(there, AbstractVirtualPort) for there in _way(self.process.inp)):
            return False  # pairs arrive as they were sent
        form = port.process.proc_params["compression"] if isinstance(port.process, DeltaEncoder) else Compression.DENSE
        return form is self.form if self.packed else form in PLAIN

    def incoming(self, port: InPort, source: OutPort) -> Message | None:
        return PackedMessage(source, self.form) if self.packed else None

    def describe(self, feeds: Feeds) -> None:
        super().describe(feeds)
        self.d.packed = int(self.packed)  # packed values have 8 bits


PLAIN = (Compression.DENSE, Compression.SPARSE)
"""Forms in which values are not packed."""


def _way(port: AbstractPort) -> Iterable[AbstractPort]:
    """Return the ports before a port."""
    while port.in_connections:
        port = port.in_connections[0]
        yield port


class PackedMessage(Message):
    """Values and places in a form, from outside the subgraph."""

    def __init__(self, source: OutPort, form: Compression) -> None:
        super().__init__(source.shape, getattr(source.process.model_class, source.name).d_type)
        self.form = form

    def put(self, values: Any) -> None:
        pair, places = values
        self.data[:] = read_pair(pair, places, self.form, self.shape).reshape(-1)


class ReadKernel(ReferringKernel):
    """Read and ReadConv: what was read last is the message."""

    def outputs(self) -> dict[str, Message]:
        d_type = type(self.model).out.d_type
        return {"out": Message(self.process.out.shape, d_type, data=self.model.latest)}

    def managed(self) -> Calls:
        model, source = self.model, self.array()
        kind, out = RECORDED[source.dtype.name], model.latest.reshape(-1)
        name, d = record(source, kind, out, stride=1, pitch=out.size, length=1)
        d.interval, d.offset = model.interval, model.offset
        return [(name, d)]
