"""Stock LIF neurons beside synapses that learn, as kernels: they also send their spikes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import DATA
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.records import record
from lava_api.proc.lif.kernels import LifFixed, LifFloat, LifKernel
from loihi_emu.models.memory import Description

TRACES = ("y1", "y2", "y3")


class _SendsBack(LifKernel):
    """Spikes go out a second time, and traces."""

    def outputs(self) -> dict[str, Message]:
        found = super().outputs()
        self.back = Message(self.process.s_out_bap.shape, np.bool_)
        self.back.lists = self.spikes.lists
        if self.back.kind == self.spikes.kind:
            self.back.data = self.spikes.data
        traces = {}
        for name in TRACES:
            port = getattr(self.process, f"s_out_{name}")
            d_type = getattr(type(self.model), f"s_out_{name}").d_type
            traces[f"s_out_{name}"] = Message(port.shape, d_type, data=getattr(self.model, name))
        return found | {"s_out_bap": self.back} | traces

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if port == "a_third_factor_in":
            return DATA, STORED["float64" if d_type == np.float64 else "int64" if d_type == np.int64 else "int32"]
        return super().wants(port, d_type)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf, and another when spikes go back as an array of another type."""
        same = self.back.data is self.spikes.data
        self.spikes.wanted |= self.back.wanted
        found = list(super().calls(feeds))
        if self.back.wanted and not same:
            found.append(
                record(self.spikes.data, self.spikes.kind, self.back.data, stride=1, pitch=self.back.size, length=1)
            )
        return found


class LearningLifFixed(_SendsBack, LifFixed):
    """LearningLIF in integers."""


class LearningLifFloat(_SendsBack, LifFloat):
    """LearningLIF in float64."""
