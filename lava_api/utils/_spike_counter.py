"""Counts what ports send."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, in_port, model_of, ref_port
from lava_api.proc._process import AbstractProcess, InPort, OutPort, RefPort


class SpikeCounter(AbstractProcess):
    """Counts steps and messages.

    With the shape ``()`` it counts steps alone; `synapses` are those behind each element. Its `counts` are steps,
    messages other than 0, and the synapses that they reached.
    """

    def __init__(self, shape: tuple[int, ...], synapses: Any) -> None:
        self.counts = np.zeros(3, np.int64)
        self.synapses = synapses
        super().__init__(counter=self)
        self.a_in = InPort(shape or (1,))
        self.reference = RefPort((1,))

    @property
    def steps(self) -> int:
        """Steps."""
        return int(self.counts[0])

    @property
    def spikes(self) -> int:
        """Messages other than 0."""
        return int(self.counts[1])

    @property
    def operations(self) -> int:
        """Synapses that they reached."""
        return int(self.counts[2])

    def follow(self, process: Any) -> None:
        """Belong to the program of a process: by its first port or variable."""
        for port in process.out_ports:
            self._take(port)
            return
        for var in process.vars:
            self._refer(var)
            return
        for port in process.in_ports:
            for source in port.get_src_ports():
                if isinstance(source, OutPort):
                    self._take(source)
                    return

    def _take(self, port: OutPort) -> None:
        self.a_in = InPort(port.shape)
        self._post_init()
        port.connect(self.a_in)

    def _refer(self, var: Any) -> None:
        self.reference = RefPort(var.shape)
        self._post_init()
        self.reference.connect_var(var)


@model_of(SpikeCounter, kernel="lava_api.utils._probe_kernels:CounterKernel")
class SpikeCounterModel(PyLoihiProcessModel):
    """:class:`SpikeCounter`."""

    a_in = in_port(float)
    reference = ref_port(float)

    def run_spk(self) -> None:
        counter = self.proc_params["counter"]
        sent = np.asarray(self.a_in.recv()) != 0
        operations = 0 if counter.synapses is None else sent.ravel() @ counter.synapses
        counter.counts += (1, np.count_nonzero(sent), operations)


def fanout(port: OutPort) -> Any:
    """Return the number of synapses behind each element of a port, None when it leads to no matrix of weights."""
    total = np.zeros(int(np.prod(port.shape)), np.int64)
    found = False
    for target in port.get_dst_ports():
        weights = getattr(target.process, "weights", None)
        if weights is None or len(weights.shape) != 2 or weights.shape[1] != total.size:
            continue
        matrix = weights.init
        per_source = matrix.getnnz(axis=0) if issparse(matrix) else np.count_nonzero(np.asarray(matrix), axis=0)
        total += np.asarray(per_source).ravel()
        found = True
    return total if found else None
