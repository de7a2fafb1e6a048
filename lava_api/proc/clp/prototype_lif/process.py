"""LIF neurons that become prototypes."""

from __future__ import annotations

from typing import Any

from lava_api.proc._process import InPort, extends
from lava_api.proc.lif.process import LearningLIF


class PrototypeLIF(LearningLIF):
    """LIF neurons of which a third factor picks one to learn a pattern.

    The number k at ``a_third_factor_in`` (from 1, 0 for none) makes neuron k - 1 spike instead of all others, sends its
    spike back through ``s_out_bap`` and sets the trace y1 to 127 there and 0 elsewhere. What arrives at ``reset_in``
    clears the state of its neuron, after the update.

    Parameters
    ----------
    shape, u, v, du, dv, bias_mant, bias_exp, vth, name, log_config, learning_rule
        As for :class:`~lava_api.proc.lif.process.LearningLIF`.
    """

    @extends(LearningLIF)
    def __init__(self, **lif: Any) -> None:
        super().__init__(**lif)
        self.reset_in = InPort(shape=lif["shape"])
