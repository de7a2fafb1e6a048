"""The stock delta encoder as a kernel."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.base import Declined
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.vector import Vector
from loihi_emu.models.lava import sigma_delta as at


class DeltaEncoderDense(Vector):
    """DeltaEncoder with one number for each element."""

    leaf = "sigma_delta:delta_encoder"
    early = True
    exponents: ClassVar = {"spike_exp": 31}
    states = ("act", "act", "residue")  # the leaf shares its places with that of Delta, which has a sum first

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if not 0 <= int(model.spike_exp.item()) <= 31:
            raise Declined("spike_exp")

    def outputs(self) -> dict[str, Message]:
        """The changes, those of the step before at first."""
        found = super().outputs()
        found["s_out"].data[:] = np.broadcast_to(self.model.data, self.process.s_out.shape).reshape(-1)
        return found

    def refresh(self) -> None:
        """Take over all parameters."""
        model, words = self.model, self.d.words
        self.put(0, model.vth, np.int32)
        words[at.SHIFT_IN] = int(model.spike_exp.item())
        words[at.CLIPS] = int(model.a_max.item() > 0)
        words[at.LOWEST], words[at.HIGHEST] = int(model.a_min.item()), int(model.a_max.item())
