"""Adapters as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lava_api.magma.kernels.base import DATA, Declined, Kernel
from lava_api.magma.kernels.messages import RECORDED, STORED, Feed, Message
from lava_api.magma.kernels.records import record, referred
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.io.encoder import Compression
from loihi_emu.image.memory import Description
from loihi_emu.models.lava import adapters as at
from loihi_emu.models.lava import messages


class AdapterKernel(Vector):
    """Adapters of spikes, for whole numbers."""

    inputs = ("inp",)
    sends = ("out",)

    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        """Integers of 32 or 64 bits."""
        if d_type.name not in ("int32", "int64"):
            raise Declined(f"{port}: {d_type}")
        return DATA, STORED[d_type.name]

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf."""
        self.leaf = "adapters:adapter_wide" if feeds["inp"].kind == messages.I64 else "adapters:adapter"
        found = super().calls(feeds)
        self.d.words[at.BITS], self.d.words[at.EXPONENT] = self.model.bits, self.model.exponent
        return found


class EncodedAdapter(AdapterKernel):
    """PyToN3ConvAdapter, for messages that are not packed."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if process.proc_params["compression"] is not Compression.DENSE or len(process.inp.in_connections) > 1:
            raise Declined("compression, inp")


class ReadKernel(Kernel):
    """Read and ReadConv, for whole numbers: what was read last is the message."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        self.var = referred(process.state)
        if self.var is None or self.var.shape != process.state.shape:
            raise Declined("state")

    def reads(self, array: Any) -> bool:
        """Integers."""
        return array.dtype.name in RECORDED and array.dtype.kind in "bui"

    def outputs(self) -> dict[str, Message]:
        """The variable as it was read."""
        d_type = type(self.model).out.d_type
        return {"out": Message(self.process.out.shape, d_type, data=self.model.latest)}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """Nothing in the spiking phase."""
        return []

    def managed(self) -> Iterable[tuple[str, Description]]:
        """One leaf."""
        model, source = self.model, self.var.process._model._kernel.variable(self.var.name)
        kind, out = RECORDED[source.dtype.name], model.latest.reshape(-1)
        name, d = record(source, kind, out, stride=1, pitch=out.size, length=1)
        d.words[messages.R_INTERVAL], d.words[messages.R_OFFSET] = model.interval, model.offset
        return [(name, d)]
