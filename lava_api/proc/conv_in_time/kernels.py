"""Stock convolutions along time as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import BOTH, EVENTS, Kernel, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.sums import Sums
from loihi_emu.models.lava import conv_in_time as at
from loihi_emu.models.lava import messages
from loihi_emu.models.memory import Description, aligned


class ConvInTimeKernel(Kernel):
    """ConvInTime; both number formats compute in float64."""

    sends_first = True

    def bind(self) -> None:
        super().bind()
        self.graded = self.model.num_message_bits.item() > 0
        self.events = np.zeros(1, np.int64)
        self.changed.update(("weights", "a_buff"))

    def constants(self) -> dict[str, Any]:
        return {"num_message_bits": "payloads" if self.model.num_message_bits.item() > 0 else "plain spikes"}

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type.name not in STORED:
            raise PythonFallback(f"{port}: {d_type}")
        return (BOTH, messages.F64) if self.graded else (EVENTS, STORED[d_type.name])

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.a_out.shape, np.float64)
        return {"a_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        sums = Sums(feeds["s_in"], self.message.data, self.message.size, self.events, self.graded)
        d = self.d = sums.describe(at.CONV)
        d.buffer, d.steps = self.model.a_buff, self.model.a_buff.shape[1]
        d.sums = aligned(self.model.a_buff.size, np.float64)
        return [("conv_in_time:step", d)]

    def refresh(self) -> None:
        if "weights" in self.changed:
            self.d.weights = np.ascontiguousarray(self.model.weights.transpose(2, 0, 1), np.float64)
        if "a_buff" in self.changed:
            self.message.data[:] = self.model.a_buff[:, 0]

    def counters(self) -> dict[str, int]:
        return {"synaptic events": int(self.events[0])}
