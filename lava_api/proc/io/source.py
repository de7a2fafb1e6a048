"""Play an array into a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, model_of, out_port
from lava_api.proc._process import AbstractProcess, OutPort, Var
from loihi_emu.errors import invalid


class RingBuffer(AbstractProcess):
    """Send a recording again and again.

    Parameters
    ----------
    data : ndarray
        What to send, time on the last axis; step t (the first is 1) sends ``data[..., (t - 1) % length]``.
    """

    def __init__(self, *, data: Any) -> None:
        data = np.asarray(data)
        if data.ndim == 0 or data.shape[-1] == 0:
            raise invalid(type(self).__name__, "data", f"shape {data.shape}", "at least one step on the last axis")
        super().__init__(data=data)
        self.data = Var(shape=data.shape, init=data)
        self.s_out = OutPort(shape=data.shape[:-1])


class AbstractPyRingBuffer(PyLoihiProcessModel):
    """Models of :class:`RingBuffer`."""

    s_out: Any = None
    data: Any = None

    def run_spk(self) -> None:
        self.s_out.send(self.data[..., (self.time_step - 1) % self.data.shape[-1]])


@model_of(RingBuffer, "floating_pt", kernel="lava_api.proc.io.kernels:Source")
class PySendModelFloat(AbstractPyRingBuffer):
    """Send float64."""

    s_out = out_port(float)
    data = array(float)


@model_of(RingBuffer, "fixed_pt", kernel="lava_api.proc.io.kernels:Source")
class PySendModelFixed(AbstractPyRingBuffer):
    """Send int32."""

    s_out = out_port(np.int32)
    data = array(np.int32)
