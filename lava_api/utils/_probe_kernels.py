"""Counters and recorders as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.exchange import StepRows
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.records import ReferringKernel
from lava_api.magma.kernels.supply import HostOutput
from lava_api.magma.kernels.wanted import EVENTS, Feeds, held
from loihi_emu.models.lava import counting as at
from loihi_emu.models.memory import Description

MOST = 1 << 12
"""Steps that are recorded in one go at most."""


class CounterKernel(Kernel):
    """SpikeCounter."""

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return EVENTS, held(port, d_type)

    def calls(self, feeds: Feeds) -> Calls:
        counter = self.process.proc_params["counter"]
        d = Description(at.COUNTING)
        feeds["a_in"].lists.describe(d)
        d.counts = counter.counts
        if counter.synapses is not None:
            d.synapses = np.ascontiguousarray(counter.synapses, np.int64)
        return [("counting:count", d)]


class RecorderKernel(ReferringKernel, HostOutput):
    """Recorder of a StateProbe."""

    def bind(self) -> None:
        super().bind()
        self.handed = 0

    def managed(self) -> Calls:
        self.rows = StepRows(self.array(), MOST)
        return [self.rows.call("keep")]

    def steps_ready(self, done: int) -> int | None:
        if self.post_mgmt_in_python:
            return None
        return self.rows.count - (done - self.handed)

    def hand(self, done: int, *, wait: bool) -> bool:
        if self.post_mgmt_in_python:
            return True
        steps = np.arange(self.handed, done)
        self.process.proc_params["rows"].extend(self.rows.array[steps % self.rows.count])
        self.handed = done
        return True
