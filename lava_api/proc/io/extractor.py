"""Receive data from a running network: what a port gets, or a variable after each step."""

from __future__ import annotations

import threading
from typing import Any

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py import declare
from lava_api.magma.core.model.py.declare import model_of
from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.threads import wait_until
from lava_api.proc._arithmetic import Array
from lava_api.proc._process import AbstractProcess, InPort, OutPort, RefPort, Var, replace_member, warn_unknown
from lava_api.proc.io import utils


class _Receiver(AbstractProcess):
    """A process with a channel to the program."""

    shape: tuple[int, ...]
    _channel: HostChannel

    def receive(self) -> Array:
        """Receive data from the network, which must have been built by ``run`` or ``create_runtime``.

        While there are none, a run in progress goes on. Without one, or when it ends without sending, zeros come by
        ``ReceiveEmpty.NON_BLOCKING_ZEROS`` and an error by ``ReceiveEmpty.BLOCKING``.
        """
        if not self._channel.is_bound():
            raise AssertionError(f'"{self.name}": receive() needs a network that runs; call run() first')
        config = self.proc_params["channel_config"]
        if config.receive_empty is utils.ReceiveEmpty.NON_BLOCKING_ZEROS and self._channel.may_drive():
            try:
                self._channel.try_peek()
            except RuntimeError:
                if self._channel.scheduler.failures:
                    raise
        return utils.receive(self._channel, config, self.shape)

    def _open(self, port: str, buffer_size: int) -> None:
        """Make the channel and hand it to the model."""
        self._channel = HostChannel(self.name, port, buffer_size)
        self.proc_params["host_channel"] = self._channel


class Extractor(_Receiver):
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
        self.shape = shape
        self._open("out_port", buffer_size)
        self.in_port = InPort(shape=shape)
        self.out_port = OutPort(shape=shape)


class VarWire(_Receiver):
    """A variable after each step, received by a program with :meth:`receive`.

    Parameters
    ----------
    buffer_size : int
        Values that may wait.
    channel_config : ChannelConfig, optional
        What to do where the buffer is full (the network) or empty (:meth:`receive`).
    """

    def __init__(self, buffer_size: int = 50, channel_config: utils.ChannelConfig | None = None) -> None:
        super().__init__(channel_config=utils.checked(buffer_size, channel_config))
        self.shape = (1,)
        self._open("wire_tap", buffer_size)
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


@model_of(Extractor, kernel="lava_api.proc.io.exchange_kernels:ExtractorKernel")
class PyLoihiExtractorModel(PyLoihiProcessModel):
    """:class:`Extractor` in step with the network."""

    in_port = declare.in_port(float)
    out_port = declare.out_port(float)

    def run_spk(self) -> None:
        utils.send(self.proc_params["host_channel"], self.proc_params["channel_config"], self.in_port.recv())


@implements(proc=Extractor, protocol=AsyncProtocol)
@requires(CPU)
class PyLoihiExtractorModelAsync(PyAsyncProcessModel):
    """:class:`Extractor` on its own."""

    in_port = declare.in_port(float)
    out_port = declare.out_port(float)

    def run_async(self) -> None:
        for _ in range(self.num_steps):
            if self.check_for_stop_cmd() or self.check_for_pause_cmd():
                return
            utils.send(self.proc_params["host_channel"], self.proc_params["channel_config"], self.in_port.recv())


@model_of(VarWire, kernel="lava_api.proc.io.exchange_kernels:WireKernel")
class PyLoihiVarWireModel(PyLoihiProcessModel):
    """:class:`VarWire` in step with the network."""

    wire_tap = declare.ref_port(float)

    def post_guard(self) -> bool:
        return True

    def run_post_mgmt(self) -> None:
        utils.send(self.proc_params["host_channel"], self.proc_params["channel_config"], self.wire_tap.read())
