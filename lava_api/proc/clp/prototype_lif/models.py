"""NumPy model of prototype neurons."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import in_port, model_of
from lava_api.magma.core.model.py.neuron import LearningNeuronModelFixed
from lava_api.proc.clp.prototype_lif.process import PrototypeLIF
from lava_api.proc.lif.models import OneThresholdFixed
from loihi_emu.errors import invalid
from loihi_emu.widths import TRACE_MAX


@model_of(PrototypeLIF, "bit_accurate_loihi", "fixed_pt", kernel="lava_api.proc.clp.kernels:Prototype")
class PrototypeLIFBitAcc(LearningNeuronModelFixed, OneThresholdFixed):
    """:class:`PrototypeLIF` in Loihi's integers."""

    reset_in = in_port(np.int32, 1)

    def run_spk(self) -> None:
        activation_in = self.a_in.recv()
        picked = int(self.a_third_factor_in.recv().astype(np.int64)[0])
        reset = self.reset_in.recv() > 0
        self.scale_bias()
        if not self.isthrscaled:
            self.scale_threshold()
        self.subthr_dynamics(activation_in=activation_in)
        self.v[reset] = 0
        self.u[reset] = 0
        self.s_out_buff = self.spiking_activation()
        back = np.zeros(self.s_out_bap.shape, dtype=bool)
        if picked:
            count = back.shape[0]
            if not 1 <= picked <= count:
                raise self.out_of_range(picked, count)
            back[picked - 1] = True
            self.y1[:] = back * TRACE_MAX
            self.s_out_buff = back.copy()
        self.s_out.send(self.s_out_buff)
        self.s_out_bap.send(back)
        self.s_out_y1.send(self.y1)
        if type(self) is PrototypeLIFBitAcc:  # models derived from this one send their own
            self.s_out_y2.send(self.y2)
            self.s_out_y3.send(self.y3)
        self.reset_voltage(spike_vector=self.s_out_buff)

    @staticmethod
    def out_of_range(picked: int, count: int) -> Exception:
        """Return the error for a number that no prototype has."""
        advice = "It is the number of a prototype from 1; an Allocator may have given out more than there are."
        return invalid("PrototypeLIF", "a_third_factor_in", picked, f"0..{count}", advice=advice)
