"""Record what arrives at a port, or a variable at regular times."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, ref_port
from lava_api.proc._checks import checked_length
from lava_api.proc._process import AbstractProcess, InPort, Referring, RefPort, Var, replace_member
from lava_api.proc.io._timed import Regular, Timed


class RingBuffer(AbstractProcess):
    """Record input.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input.
    buffer : int
        Steps that ``data`` holds, on its last axis; later steps overwrite the oldest ones.
    """

    def __init__(self, *, shape: tuple[int, ...], buffer: int) -> None:
        super().__init__(shape=shape, buffer=checked_length(self, "buffer", buffer))
        self.shape = shape
        self.a_in = InPort(shape=shape)
        self.data = Var(shape=(*shape, buffer), init=np.zeros((*shape, buffer)))


class AbstractPyReceiveModel(PyLoihiProcessModel):
    """Models of :class:`RingBuffer`."""

    a_in: Any = None
    data: Any = None

    def run_spk(self) -> None:
        self.data[..., (self.time_step - 1) % self.data.shape[-1]] = self.a_in.recv()


@model_of(RingBuffer, "floating_pt", kernel="lava_api.proc.io.kernels:SinkKernel")
class PyReceiveModelFloat(AbstractPyReceiveModel):
    """Record float64."""

    a_in = in_port(float)
    data = array(float)


@model_of(RingBuffer, "fixed_pt", kernel="lava_api.proc.io.kernels:SinkKernel")
class PyReceiveModelFixed(AbstractPyReceiveModel):
    """Record int32."""

    a_in = in_port(np.int32)
    data = array(np.int32)


class Read(Referring, Regular):
    """Record a variable of another process at regular times, after the step's updates.

    Parameters
    ----------
    buffer : int
        Records that ``data`` holds, on its last axis; later ones overwrite the oldest.
    interval : int
        Steps between records.
    offset : int
        Records come at the steps t (the first is 1) with ``(t - 1) % interval == offset % interval``.
    """

    def __init__(self, *, buffer: int, interval: int = 1, offset: int = 0) -> None:
        super().__init__(buffer=checked_length(self, "buffer", buffer), interval=interval, offset=offset)
        self.buffer = buffer
        self.state = RefPort((1,))
        self.data = Var(shape=(1, buffer), init=np.zeros((1, buffer)))

    def connect_var(self, var: Var) -> None:
        shape = (*var.shape, self.buffer)
        replace_member(self, "data", Var(shape=shape, init=np.zeros(shape)))
        super().connect_var(var)


class AbstractPyRead(Timed):
    """Models of :class:`Read`."""

    state: Any = None
    data: Any = None

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params)
        self.counter = 0

    def run_post_mgmt(self) -> None:
        self.data[..., self.counter % self.data.shape[-1]] = self.state.read()
        self.counter += 1


@model_of(Read, "fixed_pt", kernel="lava_api.proc.io.kernels:ReadVariable")
class PyReadFixed(AbstractPyRead):
    """Record int32."""

    state = ref_port(np.int32)
    data = array(np.int32)


@model_of(Read, "floating_pt", kernel="lava_api.proc.io.kernels:ReadVariable")
class PyReadFloat(AbstractPyRead):
    """Record float64."""

    state = ref_port(float)
    data = array(float)
