"""Bases of Python models of neurons that take part in learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import ABSTRACT, array, in_port, out_port
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.process.parameters import ProcessParameters


class LearningNeuronModel(PyLoihiProcessModel):
    """Base of models of a :class:`~lava_api.magma.core.process.neuron.LearningNeuronProcess`.

    Stands before the neuron's model among the bases. The model sends through ``s_out_bap`` and ``s_out_y1``...
    itself, in every step through each that is connected.
    """

    a_third_factor_in = s_out_bap = s_out_y1 = s_out_y2 = s_out_y3 = y1 = y2 = y3 = ABSTRACT

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self._shape = proc_params["shape"]
        self._learning_rule = proc_params["learning_rule"]

    def send_back(self, spikes: Any) -> None:
        """Send this step's spikes, in the shape of the population, and traces back to learning connections."""
        self.s_out_bap.send(spikes)
        self.s_out_y1.send(self.y1)
        self.s_out_y2.send(self.y2)
        self.s_out_y3.send(self.y3)


class LearningNeuronModelFixed(LearningNeuronModel):
    """Base of fixed-point models."""

    a_third_factor_in = in_port(np.int32, 7)
    s_out_bap = out_port(bool, 1)
    s_out_y1 = s_out_y2 = s_out_y3 = out_port(np.int32, 7)
    y1 = y2 = y3 = array(np.int32, 7)


class LearningNeuronModelFloat(LearningNeuronModel):
    """Base of floating-point models."""

    a_third_factor_in = in_port(float)
    s_out_bap = out_port(bool)
    s_out_y1 = s_out_y2 = s_out_y3 = out_port(float)
    y1 = y2 = y3 = array(float)
