"""Send data from a program into the network that it runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py import declare
from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.runtime.channel import HostChannel
from lava_api.proc._process import AbstractProcess, InPort, OutPort, warn_unknown
from lava_api.proc.io import utils


class Injector(AbstractProcess):
    """Data that a program sends with :meth:`send` leave at ``out_port``, one at a time step.

    Parameters
    ----------
    shape : tuple of int
        Shape of the data.
    buffer_size : int
        Data that may wait.
    channel_config : ChannelConfig, optional
        What to do where the buffer is full (:meth:`send`) or empty (the network).

    Examples
    --------
    >>> from lava_api.proc.io.injector import Injector
    >>> Injector(shape=(3,)).out_port.shape
    (3,)
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        buffer_size: int = 50,
        channel_config: utils.ChannelConfig | None = None,
        **kwargs: Any,
    ) -> None:
        warn_unknown(self, kwargs, ("name", "log_config"))
        utils.validate_shape(shape)
        super().__init__(shape=shape, channel_config=utils.checked(buffer_size, channel_config), **kwargs)
        self._channel = HostChannel(self.name, "in_port", buffer_size)
        self.proc_params["host_channel"] = self._channel
        self.in_port = InPort(shape=shape)
        self.out_port = OutPort(shape=shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the data."""
        return tuple(self.out_port.shape)

    def send(self, data: Any) -> None:
        """Send data into the network, which must have been built by ``run`` or ``create_runtime``.

        Parameters
        ----------
        data : ndarray
            In the shape of the process.
        """
        if not self._channel.is_bound():
            raise AssertionError(f'"{self.name}": send() needs a network that runs; call run() first')
        if np.shape(data) != self.shape:
            raise ValueError(f'"{self.name}": data of shape {np.shape(data)}, must be {self.shape}')
        utils.send(self._channel, self.proc_params["channel_config"], data)


@model_of(Injector, kernel="lava_api.proc.io.exchange_kernels:InjectorKernel")
class PyLoihiInjectorModel(PyLoihiProcessModel):
    """:class:`Injector` in step with the network."""

    in_port = declare.in_port(float)
    out_port = declare.out_port(float)

    def run_spk(self) -> None:
        params = self.proc_params
        self.out_port.send(utils.receive(params["host_channel"], params["channel_config"], params["shape"]))


@implements(proc=Injector, protocol=AsyncProtocol)
@requires(CPU)
class PyLoihiInjectorModelAsync(PyAsyncProcessModel):
    """:class:`Injector` on its own."""

    in_port = declare.in_port(float)
    out_port = declare.out_port(float)

    def run_async(self) -> None:
        params = self.proc_params
        for _ in range(self.num_steps):
            if self.check_for_stop_cmd() or self.check_for_pause_cmd():
                return
            self.out_port.send(utils.receive(params["host_channel"], params["channel_config"], params["shape"]))
