"""Stock convolutions along time as kernels."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.sums import ConnectionSums
from lava_api.magma.kernels.wanted import Feeds
from lava_api.proc._connection_kernels import Synaptic
from loihi_emu.models.lava import conv_in_time as at
from loihi_emu.models.memory import aligned


class ConvInTimeKernel(Synaptic):
    """ConvInTime; both number formats compute in float64."""

    is_real = True

    def bind(self) -> None:
        super().bind()
        self.changed.update(("weights", "a_buff"))

    def outputs(self) -> dict[str, Message]:
        self.message = Message(self.process.a_out.shape, np.float64)
        return {"a_out": self.message}

    def calls(self, feeds: Feeds) -> Calls:
        sums = ConnectionSums(feeds["s_in"], self.message.data, self.message.size, self.events, self.graded)
        d = self.d = sums.describe(at.CONV)
        d.buffer, d.steps = self.model.a_buff, self.model.a_buff.shape[1]
        d.sums = aligned(self.model.a_buff.size, np.float64)
        return [("conv_in_time:step", d)]

    def refresh(self) -> None:
        if "weights" in self.changed:
            self.d.weights = np.ascontiguousarray(self.model.weights.transpose(2, 0, 1), np.float64)
        if "a_buff" in self.changed:
            self.message.data[:] = self.model.a_buff[:, 0]
