"""Models of blocks: each is the processes that it was made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.lib.dl.netx.blocks.process import (
    Average,
    ComplexDense,
    ComplexInput,
    Conv,
    Dense,
    Input,
    Matrix,
    RecurrentDense,
)
from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol


@requires(CPU)
@tag("fixed_pt")
class AbstractPyBlockModel(AbstractSubProcessModel):
    """A block as the processes that it was made of; ports have the width of its messages."""

    def __init__(self, proc: Any) -> None:
        bits_in, bits_out = proc.input_message_bits, proc.output_message_bits
        self.inp: Any = _port(bits_in)
        self.out: Any = _port(bits_out)


def _port(bits: int) -> LavaPyType:
    return LavaPyType(np.ndarray, np.int32 if bits else np.int8, precision=bits or 1)


@implements(proc=Input, protocol=LoihiProtocol)
class PyInputModel(AbstractPyBlockModel):
    """Model of :class:`Input`."""


@implements(proc=ComplexInput, protocol=LoihiProtocol)
class PyComplexInputModel(AbstractPyBlockModel):
    """Model of :class:`ComplexInput`."""


@implements(proc=Dense, protocol=LoihiProtocol)
class PyDenseModel(AbstractPyBlockModel):
    """Model of :class:`Dense`."""


@implements(proc=RecurrentDense, protocol=LoihiProtocol)
class PyRecurrentDenseModel(AbstractPyBlockModel):
    """Model of :class:`RecurrentDense`."""


@implements(proc=ComplexDense, protocol=LoihiProtocol)
class PyComplexDenseModel(AbstractPyBlockModel):
    """Model of :class:`ComplexDense`."""


@implements(proc=Conv, protocol=LoihiProtocol)
class PyConvModel(AbstractPyBlockModel):
    """Model of :class:`Conv`."""


@implements(proc=Matrix, protocol=LoihiProtocol)
class PyMatrixModel(AbstractPyBlockModel):
    """Model of :class:`Matrix`."""


@implements(proc=Average, protocol=LoihiProtocol)
class PyAverageModel(AbstractPyBlockModel):
    """Model of :class:`Average`."""
