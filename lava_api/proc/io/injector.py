"""Send data from a program into the network that it runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, model_of
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.proc.io import utils
from lava_api.proc.io._host import EachStep, HostPorts, HostPortsModel


class Injector(HostPorts):
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

    CHANNEL = "in_port"

    def send(self, data: Any) -> None:
        """Send data into the network, which must have been built by ``run`` or ``create_runtime``.

        Parameters
        ----------
        data : ndarray
            In the shape of the process.
        """
        channel = self._bound("send")
        if np.shape(data) != self.shape:
            raise ValueError(f'"{self.name}": data of shape {np.shape(data)}, must be {self.shape}')
        utils.send(channel, self.proc_params["channel_config"], data)


class _Injects(HostPortsModel):
    def run_spk(self) -> None:
        self.out_port.send(self.take())


@model_of(Injector, kernel="lava_api.proc.io.exchange_kernels:InjectorKernel")
class PyLoihiInjectorModel(_Injects, PyLoihiProcessModel):
    """:class:`Injector` in step with the network."""


@implements(proc=Injector, protocol=AsyncProtocol)
@requires(CPU)
class PyLoihiInjectorModelAsync(_Injects, EachStep):
    """:class:`Injector` on its own."""
