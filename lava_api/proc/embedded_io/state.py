"""Adapters for variables: the state of neurons as messages."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, model_of, out_port, ref_port
from lava_api.proc._process import AbstractProcess, LogConfig, OutPort, RefPort, Var, replace_member
from loihi_emu.errors import invalid
from loihi_emu.numeric import integer

LONGEST = 1 << 40


class Read(AbstractProcess):
    """Sends a variable of another process in every step: its value after the last step in which it was read.

    Parameters
    ----------
    shape : tuple of int
        Shape of the variable and of ``out``.
    interval : int
        Steps between two readings.
    offset : int
        It is read after the steps t (the first is 1) with ``(t - 1) % interval == offset % interval``; the first
        message is the initial value.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        interval: int = 1,
        offset: int = 0,
        name: str | None = None,
        log_config: LogConfig | None = None,
    ) -> None:
        integer(type(self).__name__, "interval", interval, 1, LONGEST)
        super().__init__(shape=shape, interval=interval, offset=offset, name=name, log_config=log_config)
        self.state = RefPort(shape)
        self.out = OutPort(shape=shape)
        self.latest = Var(shape=shape, init=0)

    def connect_var(self, var: Var) -> None:
        """Choose the variable to send.

        Raises
        ------
        ValidationError
            When its shape differs.
        """
        shape = self.proc_params["shape"]
        if var.shape != shape:
            raise invalid(self.name, "connect_var", f"{var.name} of shape {var.shape}", f"shape {shape}")
        replace_member(self, "latest", Var(shape=shape, init=var.init))
        self.state.connect_var(var)


class ReadConv(Read):
    """The same for neurons behind convolutions."""


class ReadModel(PyLoihiProcessModel):
    """Models of :class:`Read`."""

    state = ref_port(np.int32)
    out = out_port(np.int32)
    latest = array(np.int32)

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params)
        self.interval: int = proc_params["interval"]
        self.offset: int = proc_params["offset"] % self.interval

    def run_spk(self) -> None:
        self.out.send(self.latest)

    def post_guard(self) -> bool:
        return (self.time_step - 1) % self.interval == self.offset

    def run_post_mgmt(self) -> None:
        self.latest[...] = self.state.read()


@model_of(Read, kernel="lava_api.proc.embedded_io.kernels:ReadKernel")
class PyReadModel(ReadModel):
    """:class:`Read`."""


@model_of(ReadConv, kernel="lava_api.proc.embedded_io.kernels:ReadKernel")
class PyReadConvModel(ReadModel):
    """:class:`ReadConv`."""
