"""How connections and neurons of the library are allocated on neuromorphic cores; bases of the models for them."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.nc.net import Net
from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.type import LavaNcType
from lava_api.magma.core.model.nc.var import NcVar
from lava_api.utils.sparse import find
from lava_api.utils.weightutils import (
    MAX_WEIGHT_BITS,
    SignMode,
    clip_weights,
    determine_sign_mode,
    optimize_weight_bits,
    truncate_weights,
)

DELAY_BITS = 6


class NcConnection(AbstractNcProcessModel):
    """A matrix of synapses: input axons, synapses in as few bits as they need, dendritic accumulators."""

    s_in: Any = LavaNcType(NcInPort, np.int32, precision=24)
    a_out: Any = LavaNcType(NcOutPort, np.int16, precision=16)
    weights: Any = LavaNcType(NcVar, np.int32, precision=MAX_WEIGHT_BITS)
    num_message_bits: Any = LavaNcType(NcVar, np.int8, precision=5)

    def allocate(self, net: Net) -> None:
        weights, parameters = self.weights.var.init, self.proc_params
        mode = parameters.get("sign_mode") or determine_sign_mode(weights)
        weights = clip_weights(weights, mode, MAX_WEIGHT_BITS)
        weights = truncate_weights(weights, mode, parameters.get("num_weight_bits", MAX_WEIGHT_BITS))
        fewest = optimize_weight_bits(weights, mode, loihi2=True)
        targets, sources, values = find(fewest.weights)
        axons = net.ax_in.allocate(shape=prod(self.s_in.shape))
        accumulators = net.dend_acc.allocate(shape=prod(self.a_out.shape))
        self.s_in.connect(axons)
        axons.connect(net.ax_in_cfg.allocate(num_message_bits=self.num_message_bits.var.init))
        if len(values):
            synapses = net.syn.allocate(shape=values.shape, weights=values, delays=self.delays_of(targets, sources))
            config = net.syn_cfg.allocate(
                is_signed=int(mode is SignMode.MIXED),
                num_weight_bits=max(fewest.num_weight_bits, 1),
                weights_exp=fewest.weight_exp + parameters.get("weight_exp", 0),
                num_delay_bits=DELAY_BITS,
            )
            synapses.connect(config)
            axons[sources].connect(synapses)
            synapses.connect(accumulators[targets])
        accumulators.connect(net.dend_acc_cfg.allocate(num_delay_bits=DELAY_BITS))
        accumulators.connect(self.a_out)

    def delays_of(self, targets: Any, sources: Any) -> Any:
        """Return the delays of synapses."""
        return 0


class NcDelayConnection(NcConnection):
    """A matrix of synapses with delays."""

    delays: Any = LavaNcType(NcVar, np.int32, precision=DELAY_BITS)

    def delays_of(self, targets: Any, sources: Any) -> Any:
        given = self.delays.var.init
        if np.ndim(given) == 0 and not hasattr(given, "toarray"):
            return given
        return np.asarray(given[targets, sources]).ravel()
