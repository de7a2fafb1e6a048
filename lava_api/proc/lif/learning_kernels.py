"""Stock LIF neurons beside synapses that learn, as kernels: they also send their spikes back."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import STORED, Message
from lava_api.magma.kernels.records import record
from lava_api.magma.kernels.wanted import DATA, Feeds
from lava_api.proc.lif.kernels import LifFixed, LifFloat, LifKernel, sent_traces


class _SendsBack(LifKernel):
    """Spikes go out a second time, and traces."""

    def outputs(self) -> dict[str, Message]:
        found = super().outputs()
        self.back = Message(self.process.s_out_bap.shape, np.bool_)
        self.back.lists = self.spikes.lists
        if self.back.kind == self.spikes.kind:
            self.back.data = self.spikes.data
        return found | {"s_out_bap": self.back} | sent_traces(self)

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if port == "a_third_factor_in":
            return DATA, STORED[d_type.name if d_type.name in ("float64", "int64") else "int32"]
        return super().wants(port, d_type)

    def calls(self, feeds: Feeds) -> Calls:
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
