"""Models of LIF neurons for neuromorphic cores."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.nc.net import Net
from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.type import LavaNcType
from lava_api.magma.core.model.nc.var import NcVar
from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.resources import Loihi1NeuroCore, Loihi2NeuroCore, NeuroCore
from lava_api.proc.lif.models import PyLifModelBitAcc
from lava_api.proc.lif.process import LIF


class NcLif(AbstractNcProcessModel):
    """LIF neurons: compartments with one configuration, and output axons."""

    a_in: Any = LavaNcType(NcInPort, np.int16, precision=16)
    s_out: Any = LavaNcType(NcOutPort, np.int32, precision=24)
    u: Any = LavaNcType(NcVar, np.int32, precision=24)
    v: Any = LavaNcType(NcVar, np.int32, precision=24)
    du: Any = LavaNcType(NcVar, np.uint16, precision=12)
    dv: Any = LavaNcType(NcVar, np.uint16, precision=12)
    bias_mant: Any = LavaNcType(NcVar, np.int16, precision=13)
    bias_exp: Any = LavaNcType(NcVar, np.int16, precision=3)
    vth: Any = LavaNcType(NcVar, np.int32, precision=17)

    def allocate(self, net: Net) -> None:
        size = int(np.prod(self.a_in.shape))
        config = net.neurons_cfg.allocate(du=self.du, dv=self.dv, vth=self.vth)
        neurons = net.neurons.allocate(shape=size, u=self.u, v=self.v, bias_mant=self.bias_mant, bias_exp=self.bias_exp)
        axons = net.ax_out.allocate(shape=size, num_message_bits=0)
        self.a_in.connect(neurons)
        neurons.connect(config)
        neurons.connect(axons)
        axons.connect(self.s_out)


@model_of(LIF, on=NeuroCore, stands_for=PyLifModelBitAcc)
class NcModelLif(NcLif):
    """:class:`~lava_api.proc.lif.process.LIF` on cores; computes what PyLifModelBitAcc does."""


@model_of(LIF, on=Loihi2NeuroCore, stands_for=PyLifModelBitAcc)
class NcL2ModelLif(NcLif):
    """The same for Loihi 2 alone."""


@model_of(LIF, on=Loihi1NeuroCore, stands_for=PyLifModelBitAcc)
class NcL1ModelLif(NcLif):
    """The same for Loihi 1 alone."""


@model_of(LIF, "hardcoded", on=NeuroCore, stands_for=PyLifModelBitAcc)
class NcModelLifHC(NcLif):
    """The same under another name."""
