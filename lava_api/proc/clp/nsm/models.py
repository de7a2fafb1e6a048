"""NumPy models of Readout and Allocator."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.clp.nsm.process import Allocator, Readout


@model_of(Readout, "fixed_pt", kernel="lava_api.proc.clp.kernels:ReadoutKernel")
class PyReadoutModel(PyLoihiProcessModel):
    """:class:`Readout` in integers."""

    inference_in = in_port(np.int32, 24)
    label_in = in_port(np.int32)
    user_output = trigger_alloc = feedback = out_port(np.int32)
    proto_labels = last_winner_id = array(np.int32)

    def run_spk(self) -> None:
        (winners,) = np.nonzero(self.inference_in.recv())
        given = self.label_in.recv()[0]
        inferred = feedback = 0
        if winners.size:
            winner = self.last_winner_id[0] = winners[0]
            if self.proto_labels[winner] == 0:
                self.proto_labels[winner] = -1 - winner
            inferred = self.proto_labels[winner]
        if given != 0:
            last = self.last_winner_id[0]
            known = self.proto_labels[last]
            if known > 0:
                feedback = 1 if known == given else -1
            elif known < 0:
                inferred = self.proto_labels[last] = given
        self.user_output.send(np.array([inferred]))
        self.feedback.send(np.array([feedback]))
        self.trigger_alloc.send(np.array([feedback < 0]))


@model_of(Allocator, "fixed_pt", kernel="lava_api.proc.clp.kernels:AllocatorKernel")
class PyAllocatorModel(PyLoihiProcessModel):
    """:class:`Allocator` in integers."""

    trigger_in = in_port(np.int32)
    allocate_out = out_port(np.int32)
    next_alloc_id = n_protos = array(np.int32)

    def run_spk(self) -> None:
        triggered = self.trigger_in.recv()[0] != 0
        self.allocate_out.send(self.next_alloc_id * triggered)
        self.next_alloc_id[:] += triggered
