"""Adapters for spikes: messages go through within the step, cut to the bits that a spike carries."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, in_port, model_of, out_port
from lava_api.magma.core.model.py.ports import PyInPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.proc._process import InPort, LogConfig, OutPort, Shaped
from lava_api.proc.io import encoding
from lava_api.proc.io.encoder import Compression
from loihi_emu.errors import ValidationError
from loihi_emu.numeric import integer

MESSAGE_BITS = 24
"""Most bits of a graded spike."""


class Adapter(Shaped):
    """A way for spikes, from ``inp`` to ``out``.

    Parameters
    ----------
    shape : tuple of int
        Shape of ``inp`` and ``out``.
    num_message_bits : int
        Bits of a graded spike, sign included; 0 for spikes without a value, which are 1.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        num_message_bits: int = 0,
        name: str | None = None,
        log_config: LogConfig | None = None,
    ) -> None:
        integer(type(self).__name__, "num_message_bits", num_message_bits, 0, MESSAGE_BITS)
        super().__init__(shape=shape, num_message_bits=num_message_bits, name=name, log_config=log_config)
        self.inp = InPort(shape=shape)
        self.out = OutPort(shape=shape)


class PyToNxAdapter(Adapter):
    """Spikes from a Python process to the chip; parameters as for :class:`Adapter`."""


class NxToPyAdapter(PyToNxAdapter):
    """Spikes from the chip to a Python process; parameters as for :class:`Adapter`."""


class PyToN3ConvAdapter(Adapter):
    """Encoded input from a Python process to convolutions on the chip.

    Parameters
    ----------
    shape, num_message_bits, name, log_config
        As for :class:`Adapter`.
    spike_exp : int
        Messages are multiplied with 2^spike_exp once they are there.
    compression : Compression
        The form in which the encoder sends (:class:`~lava_api.proc.io.encoder.DeltaEncoder`); it is unpacked here.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        num_message_bits: int = 16,
        spike_exp: int = 0,
        compression: Compression = Compression.DENSE,
        name: str | None = None,
        log_config: LogConfig | None = None,
    ) -> None:
        integer("PyToN3ConvAdapter", "spike_exp", spike_exp, 0, MESSAGE_BITS)
        super().__init__(shape, num_message_bits, name, log_config)
        self.proc_params["spike_exp"], self.proc_params["compression"] = spike_exp, compression


class AdapterModel(PyLoihiProcessModel):
    """Models of the adapters."""

    inp = in_port(np.int32, MESSAGE_BITS)
    out = out_port(np.int32, MESSAGE_BITS)

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params)
        self.bits: int = proc_params["num_message_bits"]
        self.exponent: int = proc_params.get("spike_exp", 0)

    def receive(self) -> Any:
        """Return the values that have arrived."""
        return np.asarray(self.inp.recv())

    def fractions(self, message: Any) -> ValidationError:
        """Return the error of a message with fractions."""
        return ValidationError(
            f"{self.implements_process.__name__}: got fractions such as {message[message % 1 != 0][0]}, spikes"
            " carry whole numbers. Scale and round before."
        )

    def run_spk(self) -> None:
        message = self.receive()
        if message.dtype.kind == "f" and not np.array_equal(message, np.trunc(message)):
            raise self.fractions(message)
        self.out.send(np.left_shift(cut(message, self.bits), self.exponent))


def cut(message: Any, bits: int) -> Any:
    """Return the values that spikes of so many bits carry, as int32: a wrap with sign, or 0 and 1.

    Parameters
    ----------
    message : ndarray
        Whole numbers.
    bits : int
        0 for spikes without a value.
    """
    if not bits:
        return (message != 0).astype(np.int32)
    half = 1 << (bits - 1)
    return ((message.astype(np.int64) + half) % (2 * half) - half).astype(np.int32)


@model_of(PyToNxAdapter, kernel="lava_api.proc.embedded_io.kernels:AdapterKernel")
class PyToNxAdapterModel(AdapterModel):
    """:class:`PyToNxAdapter`."""


@model_of(NxToPyAdapter, kernel="lava_api.proc.embedded_io.kernels:AdapterKernel")
class NxToPyAdapterModel(AdapterModel):
    """:class:`NxToPyAdapter`."""


@model_of(PyToN3ConvAdapter, kernel="lava_api.proc.embedded_io.kernels:EncodedAdapter")
class PyToN3ConvAdapterModel(AdapterModel):
    """:class:`PyToN3ConvAdapter`."""

    inp: Any = LavaPyType(PyInPort.VEC_SPARSE, np.int32, precision=MESSAGE_BITS)

    def receive(self) -> Any:
        values, places = self.inp.recv()
        return read_pair(values, places, self.proc_params["compression"], self.inp.shape)


def read_pair(values: Any, places: Any, compression: Compression, shape: tuple[int, ...]) -> Any:
    """Return the message that values and places stand for.

    Parameters
    ----------
    values, places : ndarray
        What an encoder has sent.
    compression : Compression
        The form in which it sends.
    shape : tuple of int
        Shape of the message.
    """
    if compression is Compression.PACKED_4:
        words = np.stack([values, places], axis=1).astype(np.int32)  # even and odd ones; the first message is short
        values = words.ravel().view(np.int8)[: prod(shape)]
        places = np.arange(values.size)
    elif compression is Compression.DELTA_SPARSE_8:
        values, places = encoding.unpacked(values, places)
        values = values.astype(np.uint8).view(np.int8)
    message = np.zeros(shape, values.dtype)
    message.reshape(-1)[places] = values
    return message
