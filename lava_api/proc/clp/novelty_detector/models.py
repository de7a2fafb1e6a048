"""NumPy model of the novelty detector."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import (
    ProcessParameters,
    PyLoihiProcessModel,
    array,
    in_port,
    model_of,
    out_port,
)
from lava_api.proc.clp.novelty_detector.process import NoveltyDetector


@model_of(NoveltyDetector, "fixed_pt", "bit_accurate_loihi", kernel="lava_api.proc.clp.kernels:Novelty")
class PyNoveltyDetectorModel(PyLoihiProcessModel):
    """:class:`NoveltyDetector` in integers."""

    input_aval_in = output_aval_in = in_port(np.int32)
    novelty_detected_out = out_port(np.int32)
    t_wait = array(np.int32, 32)

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self.waiting = False
        self.t_passed = 0

    def run_spk(self) -> None:
        novel = False
        if self.input_aval_in.recv().any():
            self.waiting, self.t_passed = True, 0
        if self.output_aval_in.recv().any():
            self.waiting, self.t_passed = False, 0
        elif self.t_passed > self.t_wait[0]:
            novel = True
            self.waiting, self.t_passed = False, 0
        self.t_passed += self.waiting
        self.novelty_detected_out.send(np.array([novel]))
