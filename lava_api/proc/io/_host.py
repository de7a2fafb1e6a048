"""What processes have that exchange data with the program around, which is the host."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from lava_api.magma.core.model.py.declare import in_port, out_port
from lava_api.magma.core.model.py.model import AbstractPyProcessModel, PyAsyncProcessModel
from lava_api.magma.runtime.channel import HostChannel
from lava_api.proc._arithmetic import Array
from lava_api.proc._process import AbstractProcess, InPort, OutPort, warn_unknown
from lava_api.proc.io import utils


class Host(AbstractProcess):
    """A process with a channel to the program.

    Attributes
    ----------
    CHANNEL : str
        Name of the port that the channel stands for.
    shape : tuple of int
        Shape of the data.
    """

    CHANNEL = ""
    shape: tuple[int, ...]

    def _open(self, buffer_size: int) -> None:
        """Make the channel and hand it to the model."""
        self._channel = HostChannel(self.name, self.CHANNEL, buffer_size)
        self.proc_params["host_channel"] = self._channel

    def _bound(self, call: str) -> HostChannel:
        """Return the channel, or raise where no network runs."""
        if not self._channel.is_bound():
            raise AssertionError(f'"{self.name}": {call}() needs a network that runs; call run() first')
        return self._channel


class HostPorts(Host):
    """One with an input and an output."""

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
        self._open(buffer_size)
        self.in_port = InPort(shape=shape)
        self.out_port = OutPort(shape=shape)


class HostModel(AbstractPyProcessModel):
    """A model that sends to the program, or receives from it."""

    def give(self, data: Array) -> None:
        """Send data to the program."""
        utils.send(self.proc_params["host_channel"], self.proc_params["channel_config"], data)

    def take(self) -> Array:
        """Receive data from the program."""
        params = self.proc_params
        return utils.receive(params["host_channel"], params["channel_config"], params["shape"])


class HostPortsModel(HostModel):
    """Models of one with an input and an output."""

    in_port = in_port(float)
    out_port = out_port(float)


class EachStep(PyAsyncProcessModel):
    """A model on its own that does in each step what the one in step with the network does."""

    @abstractmethod
    def run_spk(self) -> None:
        """Do a step."""

    def run_async(self) -> None:
        for _ in range(self.num_steps):
            if self.check_for_stop_cmd() or self.check_for_pause_cmd():
                return
            self.run_spk()
