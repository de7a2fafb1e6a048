"""Receive data from a running network: what a port gets, or a variable after each step."""

from __future__ import annotations

import threading

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, model_of, ref_port
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.runtime.threads import wait_until
from lava_api.proc._arithmetic import Array
from lava_api.proc._process import RefPort, Var, replace_member
from lava_api.proc.io import utils
from lava_api.proc.io._host import EachStep, Host, HostModel, HostPorts, HostPortsModel


class _Receiver(Host):
    def receive(self) -> Array:
        """Receive data from the network, which must have been built by ``run`` or ``create_runtime``.

        While there are none, a run in progress goes on. Without one, or when it ends without sending, zeros come by
        ``ReceiveEmpty.NON_BLOCKING_ZEROS`` and an error by ``ReceiveEmpty.BLOCKING``.
        """
        channel, config = self._bound("receive"), self.proc_params["channel_config"]
        if config.receive_empty is utils.ReceiveEmpty.NON_BLOCKING_ZEROS and channel.may_drive():
            try:
                channel.try_peek()
            except RuntimeError:
                if channel.scheduler.failures:
                    raise
        return utils.receive(channel, config, self.shape)


class Extractor(_Receiver, HostPorts):
    """What arrives at ``in_port`` is received by a program with :meth:`receive`.

    Parameters
    ----------
    shape : tuple of int
        Shape of the data.
    buffer_size : int
        Data that may wait.
    channel_config : ChannelConfig, optional
        What to do where the buffer is full (the network) or empty (:meth:`receive`).
    """

    CHANNEL = "out_port"


class VarWire(_Receiver):
    """A variable after each step, received by a program with :meth:`receive`.

    Parameters
    ----------
    buffer_size : int
        Values that may wait.
    channel_config : ChannelConfig, optional
        What to do where the buffer is full (the network) or empty (:meth:`receive`).
    """

    CHANNEL = "wire_tap"

    def __init__(self, buffer_size: int = 50, channel_config: utils.ChannelConfig | None = None) -> None:
        super().__init__(channel_config=utils.checked(buffer_size, channel_config))
        self.shape = (1,)
        self._open(buffer_size)
        self.wire_tap = RefPort((1,))

    def receive(self) -> Array:
        """Receive the variable after the next step; a thread beside the main one waits for the network to be built."""
        if threading.current_thread() is not threading.main_thread():
            self._channel.is_used()
            wait_until(self._channel.is_bound, lambda: True)
        return super().receive()

    def connect_var(self, var: Var) -> None:
        """Choose the variable."""
        self.shape = var.shape
        replace_member(self, "wire_tap", RefPort(var.shape))
        self.wire_tap.connect_var(var)


class _Extracts(HostPortsModel):
    def run_spk(self) -> None:
        self.give(self.in_port.recv())


@model_of(Extractor, kernel="lava_api.proc.io.exchange_kernels:ExtractorKernel")
class PyLoihiExtractorModel(_Extracts, PyLoihiProcessModel):
    """:class:`Extractor` in step with the network."""


@implements(proc=Extractor, protocol=AsyncProtocol)
@requires(CPU)
class PyLoihiExtractorModelAsync(_Extracts, EachStep):
    """:class:`Extractor` on its own."""


@model_of(VarWire, kernel="lava_api.proc.io.exchange_kernels:WireKernel")
class PyLoihiVarWireModel(HostModel, PyLoihiProcessModel):
    """:class:`VarWire` in step with the network."""

    wire_tap = ref_port(float)

    def post_guard(self) -> bool:
        return True

    def run_post_mgmt(self) -> None:
        self.give(self.wire_tap.read())
