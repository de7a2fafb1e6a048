"""Exchange with the program around as kernels: rows are filled before steps, and emptied after them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.exchange import StepRows
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.records import ReferringKernel
from lava_api.magma.kernels.supply import HostInput, HostOutput
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback
from lava_api.magma.runtime.channel import HostChannel
from lava_api.proc.io import utils
from loihi_emu.models.lava import messages


class InjectorKernel(Kernel, HostInput):
    """Injector."""

    def bind(self) -> None:
        super().bind()
        if self.process.in_port.in_connections or self.process.in_port.external_pipe_flag:
            raise PythonFallback("in_port")
        params = self.process.proc_params
        self.channel: HostChannel = params["host_channel"]
        self.config: utils.ChannelConfig = params["channel_config"]
        self.shape = params["shape"]
        self.taken = 0

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, messages.F64

    def outputs(self) -> dict[str, Message]:
        message = Message(self.process.out_port.shape, type(self.model).out_port.d_type)
        self.rows = StepRows(message.data, self.channel.capacity)
        return {"out_port": message}

    def calls(self, feeds: Feeds) -> Calls:
        return [self.rows.call("take")]

    def steps_ready(self, done: int) -> int:
        """As many as there are data; one at a time when each step takes what is there."""
        if self.taken > done:
            return self.taken - done
        waiting = len(self.channel.queue)
        if waiting and self.config.receive_not_empty is utils.ReceiveNotEmpty.FIFO:
            return min(waiting, self.rows.count)
        return int(waiting > 0 or self.config.receive_empty is utils.ReceiveEmpty.NON_BLOCKING_ZEROS)

    def fetch(self, until: int) -> None:
        while self.taken < until:
            self.rows[self.taken][:] = utils.receive(self.channel, self.config, self.shape).reshape(-1)
            self.taken += 1


class Sending(Kernel, HostOutput):
    """What hands rows to the program.

    Attributes
    ----------
    rows : Rows
        What is handed over; made with the calls.
    """

    rows: StepRows

    def bind(self) -> None:
        super().bind()
        self.channel: HostChannel = self.process.proc_params["host_channel"]
        self.config: utils.ChannelConfig = self.process.proc_params["channel_config"]
        self.handed = 0

    def steps_ready(self, done: int) -> int:
        """As many as the channel has room for; one at a time where data are dropped."""
        left = done - self.handed
        free = self.channel.capacity - len(self.channel.queue)
        if free <= 0 and self.config.send_full is utils.SendFull.NON_BLOCKING_DROP:
            free = left + 1
        return max(0, min(free, self.rows.count) - left)

    def hand(self, done: int, *, wait: bool) -> bool:
        while self.handed < done:
            full = len(self.channel.queue) >= self.channel.capacity
            if full and not wait and self.config.send_full is utils.SendFull.BLOCKING:
                return False
            step = self.handed
            self.handed += 1
            utils.send(self.channel, self.config, self.rows[step].reshape(self.shape()))
        return True

    def shape(self) -> tuple[int, ...]:
        """Return the shape of the data."""
        found: tuple[int, ...] = self.process.shape
        return found


class ExtractorKernel(Sending):
    """Extractor."""

    def bind(self) -> None:
        super().bind()
        if self.process.out_port.out_connections or self.process.out_port.external_pipe_flag:
            raise PythonFallback("out_port")

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, messages.F64

    def outputs(self) -> dict[str, Message]:
        return {"out_port": Message(self.process.out_port.shape, type(self.model).out_port.d_type)}

    def calls(self, feeds: Feeds) -> Calls:
        self.rows = StepRows(feeds["in_port"].data, self.channel.capacity)
        return [self.rows.call("keep")]


class WireKernel(Sending, ReferringKernel):
    """VarWire."""

    PORT = "wire_tap"

    def steps_ready(self, done: int) -> int:
        """As for all; the model sends itself where Python does its management phase."""
        if self.post_mgmt_in_python:
            drops = self.config.send_full is utils.SendFull.NON_BLOCKING_DROP
            return int(drops or len(self.channel.queue) < self.channel.capacity)
        return super().steps_ready(done)

    def hand(self, done: int, *, wait: bool) -> bool:
        return self.post_mgmt_in_python or super().hand(done, wait=wait)

    def managed(self) -> Calls:
        self.rows = StepRows(self.array(), self.channel.capacity)
        return [self.rows.call("keep")]
