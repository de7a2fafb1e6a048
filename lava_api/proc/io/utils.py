"""What happens where a program and the network that it runs exchange data: full and empty buffers, checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any

import numpy as np

from lava_api.magma.runtime.channel import HostChannel
from lava_api.proc._arithmetic import Array
from loihi_emu.user_warnings import warn


class SendFull(IntEnum):
    """What a sender does when the buffer is full: wait, or warn and drop the data."""

    BLOCKING = auto()
    NON_BLOCKING_DROP = auto()


class ReceiveEmpty(IntEnum):
    """What a receiver does when the buffer is empty: wait, or take zeros."""

    BLOCKING = auto()
    NON_BLOCKING_ZEROS = auto()


class ReceiveNotEmpty(IntEnum):
    """What a receiver takes: the oldest data, or the sum of all."""

    FIFO = auto()
    ACCUMULATE = auto()


def send_full_blocking(src_port: HostChannel, data: Array) -> None:
    """Wait until there is room, then send."""
    src_port.send(data)


def send_full_non_blocking_drop(src_port: HostChannel, data: Array) -> None:
    """Drop the data with a warning."""
    warn(f"{src_port!r} is full: data are dropped; a larger buffer_size holds more", UserWarning)


def receive_empty_blocking(dst_port: HostChannel, _: Array) -> Array:
    """Wait for data."""
    received: Array = dst_port.recv()
    return received


def receive_empty_non_blocking_zeros(_: HostChannel, zeros: Array) -> Array:
    """Take zeros."""
    return zeros


def receive_not_empty_fifo(dst_port: HostChannel, _: Array, __: int) -> Array:
    """Take the oldest data."""
    received: Array = dst_port.recv()
    return received


def receive_not_empty_accumulate(dst_port: HostChannel, zeros: Array, elements_in_buffer: int) -> Array:
    """Take the sum of all data."""
    total = zeros
    for _ in range(elements_in_buffer):
        total = total + dst_port.recv()
    return total


SEND_FULL = {SendFull.BLOCKING: send_full_blocking, SendFull.NON_BLOCKING_DROP: send_full_non_blocking_drop}
RECEIVE_EMPTY = {
    ReceiveEmpty.BLOCKING: receive_empty_blocking,
    ReceiveEmpty.NON_BLOCKING_ZEROS: receive_empty_non_blocking_zeros,
}
RECEIVE_NOT_EMPTY = {
    ReceiveNotEmpty.FIFO: receive_not_empty_fifo,
    ReceiveNotEmpty.ACCUMULATE: receive_not_empty_accumulate,
}


@dataclass
class ChannelConfig:
    """What to do where the buffer is full or empty.

    Parameters
    ----------
    send_full : SendFull
        When sending into a full buffer.
    receive_empty : ReceiveEmpty
        When receiving from an empty one.
    receive_not_empty : ReceiveNotEmpty
        Which data to take.
    """

    send_full: SendFull = SendFull.BLOCKING
    receive_empty: ReceiveEmpty = ReceiveEmpty.BLOCKING
    receive_not_empty: ReceiveNotEmpty = ReceiveNotEmpty.FIFO

    def get_send_full_function(self) -> Callable[[HostChannel, Array], None]:
        """Return the function for a full buffer."""
        return SEND_FULL[self.send_full]

    def get_receive_empty_function(self) -> Callable[[HostChannel, Array], Array]:
        """Return the function for an empty buffer."""
        return RECEIVE_EMPTY[self.receive_empty]

    def get_receive_not_empty_function(self) -> Callable[[HostChannel, Array, int], Array]:
        """Return the function for a buffer with data."""
        return RECEIVE_NOT_EMPTY[self.receive_not_empty]


def send(channel: HostChannel, config: ChannelConfig, data: Any) -> None:
    """Send a copy of the data as float64, by the rules of a configuration."""
    data = np.array(data, dtype=float)
    if len(channel.queue) < channel.capacity:
        channel.send(data)
    else:
        config.get_send_full_function()(channel, data)


def receive(channel: HostChannel, config: ChannelConfig, shape: tuple[int, ...]) -> Array:
    """Receive by the rules of a configuration."""
    waiting = len(channel.queue)
    if waiting:
        return config.get_receive_not_empty_function()(channel, np.zeros(shape), waiting)
    return config.get_receive_empty_function()(channel, np.zeros(shape))


def validate_shape(shape: Any) -> None:
    """Check that a shape is a tuple of positive integers."""
    if not isinstance(shape, tuple):
        raise TypeError(f"shape: got {shape!r}, must be a tuple")
    for size in shape:
        if not isinstance(size, int | np.integer):
            raise TypeError(f"shape: got {shape!r}, sizes must be integers")
        if size <= 0:
            raise ValueError(f"shape: got {shape!r}, sizes must be positive")


def validate_buffer_size(buffer_size: Any) -> None:
    """Check that the size of a buffer is a positive integer."""
    if not isinstance(buffer_size, int | np.integer):
        raise TypeError(f"buffer_size: got {buffer_size!r}, must be an integer")
    if buffer_size <= 0:
        raise ValueError(f"buffer_size: got {buffer_size}, must be positive")


def validate_channel_config(channel_config: Any) -> None:
    """Check that a configuration is one, of members of the right kinds."""
    if not isinstance(channel_config, ChannelConfig):
        raise TypeError(f"channel_config: got {channel_config!r}, must be a ChannelConfig")
    kinds = {"send_full": SendFull, "receive_empty": ReceiveEmpty, "receive_not_empty": ReceiveNotEmpty}
    for name, kind in kinds.items():
        value = getattr(channel_config, name)
        if not isinstance(value, kind):
            raise TypeError(f"channel_config.{name}: got {value!r}, must be a {kind.__name__}")


def checked(buffer_size: Any, channel_config: Any) -> ChannelConfig:
    """Return the configuration of a buffer, by default one that waits, or raise where an argument is wrong."""
    found: ChannelConfig = channel_config or ChannelConfig()
    validate_buffer_size(buffer_size)
    validate_channel_config(found)
    return found
