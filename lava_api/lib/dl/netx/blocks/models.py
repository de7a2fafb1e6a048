"""Models of blocks: each is the processes that it was made of."""

from __future__ import annotations

from types import new_class
from typing import Any

import numpy as np

from lava_api.lib.dl.netx.blocks.process import (
    AbstractBlock,
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


def _model(block: type[AbstractBlock]) -> Any:
    """The model of a block, a class of its own as for every process."""
    about = {"__module__": __name__, "__doc__": f"Model of :class:`{block.__name__}`."}
    made = new_class(f"Py{block.__name__}Model", (AbstractPyBlockModel,), exec_body=lambda body: body.update(about))
    return implements(proc=block, protocol=LoihiProtocol)(made)


PyInputModel = _model(Input)
PyComplexInputModel = _model(ComplexInput)
PyDenseModel = _model(Dense)
PyRecurrentDenseModel = _model(RecurrentDense)
PyComplexDenseModel = _model(ComplexDense)
PyConvModel = _model(Conv)
PyMatrixModel = _model(Matrix)
PyAverageModel = _model(Average)
