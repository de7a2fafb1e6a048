"""Base of process models that run on neuromorphic cores."""

from __future__ import annotations

import logging
from abc import abstractmethod
from typing import Any

from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.model.nc.net import Net

STANDS_FOR = "stands_for"
"""Attribute of a model of the library: the fixed-point model that computes the same and runs in its place. It is not
inherited: of a derived model, ``allocate`` counts."""


class AbstractNcProcessModel(AbstractProcessModel):
    """A model that says which compartments, axons and synapses it needs; the emulated cores do the rest.

    When a program is compiled, the ports and variables of the process become attributes (``NcInPort``, ``NcOutPort``,
    ``NcVar``) and :meth:`allocate` is called. What it allocates runs as Lava's fixed-point models do, in compiled
    kernels. A variable that was given to nodes reads and sets their values; another one keeps its initial value.

    Examples
    --------
    ::

        @implements(proc=Cells, protocol=LoihiProtocol)
        @requires(Loihi2NeuroCore)
        class NcCells(AbstractNcProcessModel):
            a_in: NcInPort = LavaNcType(NcInPort, np.int16, precision=16)
            s_out: NcOutPort = LavaNcType(NcOutPort, np.int32, precision=24)
            v: NcVar = LavaNcType(NcVar, np.int32, precision=24)

            def allocate(self, net):
                config = net.neurons_cfg.allocate(du=4095, dv=128, vth=100)
                neurons = net.neurons.allocate(shape=self.a_in.shape, v=self.v)
                axons = net.ax_out.allocate(shape=self.a_in.shape)
                self.a_in.connect(neurons)
                neurons.connect(config)
                neurons.connect(axons)
                axons.connect(self.s_out)
    """

    def __init__(self, proc_params: Any = None, loglevel: int | None = logging.WARNING) -> None:
        super().__init__(proc_params=proc_params, loglevel=loglevel)
        self.model_id: int | None = None

    @property
    def in_args(self) -> Any:
        """Parameters of the process, in the older spelling."""
        return self.proc_params

    @abstractmethod
    def allocate(self, net: Net) -> None:
        """Allocate nodes in the tables of the cores (:mod:`.net`) and connect them with the ports."""


NcProcessModel = NcLoihiProcessModel = AbstractNcProcessModel  # other names, which public programs use
