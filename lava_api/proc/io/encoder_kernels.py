"""The stock delta encoder as a kernel.

Within a subgraph its message is the array of changes, whatever the compression; Python models get what it stands for.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.binding import kernel_class
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.vector import Vector
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from lava_api.proc.embedded_io.kernels import EncodedAdapter
from lava_api.proc.io.encoder import FORMATS, Compression
from loihi_emu.models.lava import delta_encoder as at
from loihi_emu.models.lava import messages

LEAVES = {messages.I32: "delta_encoder", messages.I64: "delta_encoder_wide", messages.F64: "delta_encoder_float"}


class DeltaEncoderDense(Vector):
    """DeltaEncoder with one number for each element."""

    sends_first = True
    exponents: ClassVar = {"spike_exp": 31}
    record = at.ENCODER
    states = ("act", "residue")
    parameters = ("vth",)

    def bind(self) -> None:
        super().bind()
        if not 0 <= int(self.model.spike_exp.item()) <= 31:
            raise PythonFallback("spike_exp")

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type)

    def describe(self, feeds: Feeds) -> None:
        self.leaf = f"delta_encoder:{LEAVES[feeds['a_in'].kind]}"

    def outputs(self) -> dict[str, Message]:
        """The changes, those of the step before at first."""
        found = super().outputs()
        found["s_out"].data[:] = np.broadcast_to(self.model.data, self.process.s_out.shape).reshape(-1)
        return found

    def refresh(self) -> None:
        super().refresh()
        model, d = self.model, self.d
        d.shift_in, d.clips = int(model.spike_exp.item()), int(model.a_max.item() > 0)
        d.lowest, d.highest = int(model.a_min.item()), int(model.a_max.item())


class PairMessage(Message):
    """Changes that Python models receive as values and places."""

    def __init__(self, kernel: DeltaEncoderDense) -> None:
        super().__init__(kernel.process.s_out.shape, type(kernel.model).s_out.d_type)
        self.kernel = kernel

    def get(self) -> Any:
        """Return values and places; a single zero before the first step."""
        model = self.kernel.model
        if not self.kernel.steps_done:
            return np.array(model.data, self.d_type), np.array(model.idx)
        values, places = FORMATS[model.compression](self.data)
        return values.astype(self.d_type), places


class DeltaEncoderSparse(DeltaEncoderDense):
    """DeltaEncoder with values and places."""

    def bind(self) -> None:
        super().bind()
        if self.model.compression is not Compression.SPARSE:
            for port in self.process.s_out.get_dst_ports():
                reader = kernel_class(port.process.model_class)
                unpacks = reader is EncodedAdapter and EncodedAdapter.unpacks(port.process, self.model.compression)
                if reader is not None and not unpacks:
                    raise PythonFallback(f"compression: for {port.process.name}")

    def outputs(self) -> dict[str, Message]:
        self.messages = {"s_out": PairMessage(self)}
        return self.messages
