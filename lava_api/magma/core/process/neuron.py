"""LearningNeuronProcess: ports and variables of neurons that take part in learning."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.variable import Var


class LearningNeuronProcess:
    """Base of neurons that take part in learning; stands before the neuron's class among the bases.

    Third factors arrive at ``a_third_factor_in``; spikes go back to learning connections through ``s_out_bap``, traces
    of three-factor rules through ``s_out_y1``, ``s_out_y2``, ``s_out_y3``: as many as the population's first dimension.
    Variables: the traces y1, y2, y3. The rule, or None, is for the process model; all goes on to the next base.
    """

    def __init__(self, shape: tuple[int, ...], learning_rule: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["shape"] = shape
        kwargs["learning_rule"] = learning_rule
        flat = (shape[0],)
        self.a_third_factor_in = InPort(shape=flat)
        self.s_out_bap = OutPort(shape=flat)
        self.s_out_y1 = OutPort(shape=flat)
        self.s_out_y2 = OutPort(shape=flat)
        self.s_out_y3 = OutPort(shape=flat)
        self.y1 = Var(shape=shape, init=0)
        self.y2 = Var(shape=shape, init=0)
        self.y3 = Var(shape=shape, init=0)
        super().__init__(*args, **kwargs)
