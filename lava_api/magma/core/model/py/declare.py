"""What the library's models declare, in fewer words than Lava's decorators and :class:`LavaPyType` take.

The functions for ports and variables take the type of the elements and, where the chip has fewer bits, how many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike

from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.parameters import ProcessParameters
from lava_api.magma.core.resources import CPU, AbstractResource
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol

__all__ = [
    "ABSTRACT", "ProcessParameters", "PyLoihiProcessModel", "array", "in_port", "model_of", "number", "out_port",
    "ref_port",
]  # fmt: skip

Model = TypeVar("Model", bound=type)

ABSTRACT: Any = None
"""What a model that others are derived from has in place of a port or variable."""


def model_of(
    process: type,
    *tags: str,
    kernel: str | None = None,
    on: type[AbstractResource] = CPU,
    stands_for: type[PyLoihiProcessModel] | None = None,
) -> Callable[[Model], Model]:
    """Declare a model of a process that runs by Loihi's protocol on a resource, and is selected by its tags.

    `kernel`, ``"module:class"``, names the kernel that does what the model does; `stands_for`, of a model for
    cores, the one in Python that computes the same and runs in its place.
    """

    def decorate(model: Any) -> Any:
        if kernel is not None:
            model.KERNEL = kernel
        if stands_for is not None:
            model.stands_for = stands_for
        return implements(process, LoihiProtocol)(requires(on)(tag(*tags)(model)))

    return decorate


def in_port(d_type: DTypeLike, precision: int | None = None) -> Any:
    """A port that receives arrays."""
    return LavaPyType(PyInPort.VEC_DENSE, d_type, precision)


def out_port(d_type: DTypeLike, precision: int | None = None) -> Any:
    """A port that sends arrays."""
    return LavaPyType(PyOutPort.VEC_DENSE, d_type, precision)


def ref_port(d_type: DTypeLike, precision: int | None = None) -> Any:
    """A port that reads and writes arrays of other processes."""
    return LavaPyType(PyRefPort.VEC_DENSE, d_type, precision)


def array(d_type: DTypeLike, precision: int | None = None) -> Any:
    """A variable in an array of its shape."""
    return LavaPyType(np.ndarray, d_type, precision)


def number(d_type: DTypeLike, precision: int | None = None) -> Any:
    """A variable that stays as it was given: a number, or an array."""
    return LavaPyType(float if d_type is float else int, d_type, precision)
