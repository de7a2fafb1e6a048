"""Message ports of Python process models; the ports of variables are in `ref_ports` and importable here too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.core.model.interfaces import AbstractPortImplementation
from lava_api.magma.core.model.py.ref_ports import (
    AbstractPyPort,
    PyRefPort,
    PyRefPortScalarDense,
    PyRefPortScalarSparse,
    PyRefPortVectorDense,
    PyRefPortVectorSparse,
    PyVarPort,
    PyVarPortScalarDense,
    PyVarPortScalarSparse,
    PyVarPortVectorDense,
    PyVarPortVectorSparse,
    RefVarTypeMapping,
    VarPortCmd,
)
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, DTypeLike

    from lava_api.magma.core.model.model import AbstractProcessModel
    from lava_api.magma.runtime.channel import PortChannel

__all__ = [
    "AbstractPortImplementation",
    "AbstractPyIOPort",
    "AbstractPyPort",
    "AbstractTransformer",
    "IdentityTransformer",
    "PyInPort",
    "PyInPortScalarDense",
    "PyInPortScalarSparse",
    "PyInPortVectorDense",
    "PyInPortVectorSparse",
    "PyOutPort",
    "PyOutPortScalarDense",
    "PyOutPortScalarSparse",
    "PyOutPortVectorDense",
    "PyOutPortVectorSparse",
    "PyRefPort",
    "PyRefPortScalarDense",
    "PyRefPortScalarSparse",
    "PyRefPortVectorDense",
    "PyRefPortVectorSparse",
    "PyVarPort",
    "PyVarPortScalarDense",
    "PyVarPortScalarSparse",
    "PyVarPortVectorDense",
    "PyVarPortVectorSparse",
    "RefVarTypeMapping",
    "VarPortCmd",
    "VirtualPortTransformer",
]


class AbstractPyIOPort(AbstractPyPort):
    """A message port with its channels."""

    def __init__(
        self,
        csp_ports: list[PortChannel],
        process_model: AbstractProcessModel,
        shape: tuple[int, ...],
        d_type: DTypeLike,
    ) -> None:
        self._csp_ports = csp_ports
        super().__init__(process_model, shape, d_type)

    @property
    def csp_ports(self) -> list[PortChannel]:
        return self._csp_ports


class AbstractTransformer(ABC):
    """Reorders what a channel delivers."""

    @abstractmethod
    def transform(self, data: Any, csp_port: PortChannel) -> Any:
        """Return the data of a channel in the port's order."""


class IdentityTransformer(AbstractTransformer):
    """Leaves data as they are."""

    def transform(self, data: Any, csp_port: PortChannel) -> Any:
        return data


class VirtualPortTransformer(AbstractTransformer):
    """Passes the data of each channel through its functions, applied in order; without any it is left as it is.

    Channels and functions are given by the name of the port at the channel's far end.
    """

    def __init__(
        self, csp_ports: dict[str, PortChannel], transform_funcs: dict[str, list[Callable[[Any], Any]]]
    ) -> None:
        if not csp_ports:
            raise AssertionError("'csp_ports' should not be empty.")
        self._csp_port_to_fp = {port: transform_funcs.get(name, []) for name, port in csp_ports.items()}

    def transform(self, data: Any, csp_port: PortChannel) -> Any:
        if csp_port not in self._csp_port_to_fp:
            raise AssertionError(f"{csp_port!r} is not registered with a transformation function.")
        for function in self._csp_port_to_fp[csp_port]:
            data = function(data)
        return data


class PyInPort(AbstractPyIOPort, ABC):
    """Receives messages; a transformer reorders those of a channel.

    `d_type` is the type of the sum when nothing is connected; connected channels promote it as NumPy does.
    """

    def __init__(
        self,
        csp_ports: list[PortChannel],
        process_model: AbstractProcessModel,
        shape: tuple[int, ...],
        d_type: DTypeLike,
        transformer: AbstractTransformer | None = None,
    ) -> None:
        super().__init__(csp_ports, process_model, shape, d_type)
        self._transformer = transformer
        """As Lava has it."""
        self._reorder = None if isinstance(transformer, IdentityTransformer) else transformer
        """What reorders a message; None: nothing does."""

    @abstractmethod
    def recv(self) -> Any:
        """Return the next message; wait for it."""

    @abstractmethod
    def peek(self) -> Any:
        """Return the next message and leave it there; wait for it."""

    def probe(self) -> bool:
        """Return whether every connection has a message."""
        return all(channel.probe() for channel in self._csp_ports)


class PyInPortVectorDense(PyInPort):
    """Receives arrays; those of several connections are summed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zeros: Array = np.zeros(self._shape, self._d_type)

    def recv(self) -> Array:
        """Return the sum of one message of each connection, zeros when there is none."""
        total = self._zeros
        for channel in self._csp_ports:
            data = channel.recv()
            total = total + (self._reorder.transform(data, channel) if self._reorder is not None else data)
        return total if self._csp_ports else total.copy()

    def peek(self) -> Array:
        total = self._zeros
        for channel in self._csp_ports:
            data = channel.peek()
            total = total + (self._reorder.transform(data, channel) if self._reorder is not None else data)
        return total if self._csp_ports else total.copy()


class PyInPortVectorSparse(PyInPort):
    """Receives pairs of values and indices from one connection."""

    def recv(self) -> tuple[Any, Any]:
        """Return values and indices, each in one dimension; empty when nothing is connected."""
        return self._pair("recv")

    def peek(self) -> tuple[Any, Any]:
        return self._pair("peek")

    def _pair(self, method: str) -> tuple[Any, Any]:
        if not self._csp_ports:
            return np.zeros(0, self._d_type), np.zeros(0, np.int32)
        message = getattr(self._csp_ports[0], method)()
        if isinstance(message, tuple):
            return message[0].copy(), message[1].copy()
        dense = self._reorder.transform(message, self._csp_ports[0]) if self._reorder is not None else message
        (index,) = np.nonzero(dense.ravel())
        return dense.ravel()[index], index


class PyInPortScalarDense(PyInPort):
    """Receives one number; those of several connections are summed."""

    def recv(self) -> Any:
        """Return the sum of one number of each connection."""
        return sum(
            (np.asarray(channel.recv()).ravel()[0] for channel in self._csp_ports), np.zeros((), self._d_type)[()]
        )

    def peek(self) -> Any:
        return sum(
            (np.asarray(channel.peek()).ravel()[0] for channel in self._csp_ports), np.zeros((), self._d_type)[()]
        )


class PyInPortScalarSparse(PyInPortVectorSparse):
    """Receives one number and its index from one connection."""

    def _pair(self, method: str) -> tuple[Any, Any]:
        data, index = super()._pair(method)
        return (data[0], int(index[0])) if len(data) else (np.zeros((), self._d_type)[()], 0)


PyInPort.VEC_DENSE, PyInPort.VEC_SPARSE = PyInPortVectorDense, PyInPortVectorSparse
PyInPort.SCALAR_DENSE, PyInPort.SCALAR_SPARSE = PyInPortScalarDense, PyInPortScalarSparse


class PyOutPort(AbstractPyIOPort, ABC):
    """Sends messages; to nobody when nothing is connected."""

    @abstractmethod
    def send(self, *message: Any) -> None:
        """Send a message to every connection; wait where a channel is full."""

    def flush(self) -> None:
        """Do nothing: messages are delivered at once."""

    def advance_to_time_step(self, ts: int) -> None:
        """Do nothing: channels of this package know no time."""


class PyOutPortVectorDense(PyOutPort):
    """Sends arrays of the port's shape."""

    def send(self, data: ArrayLike) -> None:
        """Send a copy of an array of the port's shape (else an AssertionError), cast to the port's type."""
        if not self._csp_ports:
            return
        message = np.array(data)
        if message.shape != self._shape:
            sent = f"{self._where()}: sent data of shape {message.shape}"
            raise AssertionError(f"{sent}, the port has shape {self._shape}")
        if message.dtype != self._d_type:
            message = message.astype(self._d_type)
        for channel in self._csp_ports:
            channel.send(message)


class PyOutPortVectorSparse(PyOutPort):
    """Sends pairs of values and indices."""

    def send(self, data: ArrayLike, indices: ArrayLike) -> None:
        """Send copies of values and of as many indices, of at most the port's elements; else an AssertionError."""
        values, index = np.array(data, self._d_type).ravel(), np.array(indices).ravel()
        limit = int(np.prod(self._shape))
        if len(values) != len(index) or len(values) > limit:
            sent = f"{self._where()}: sent {len(values)} values with {len(index)} indices"
            raise AssertionError(f"{sent}; the port takes equally many, {limit} at most")
        for channel in self._csp_ports:
            channel.send((values, index))


class PyOutPortScalarDense(PyOutPort):
    """Sends one number."""

    def send(self, data: ArrayLike) -> None:
        """Send a number, cast to the port's type; it fills the port's shape."""
        for channel in self._csp_ports:
            channel.send(np.full(self._shape, data).astype(self._d_type))


class PyOutPortScalarSparse(PyOutPortVectorSparse):
    """Sends one number with its index."""

    def send(self, data: ArrayLike, idx: ArrayLike) -> None:
        """Send a number and an index."""
        super().send(np.array([data]), np.array([idx]))


PyOutPort.VEC_DENSE, PyOutPort.VEC_SPARSE = PyOutPortVectorDense, PyOutPortVectorSparse
PyOutPort.SCALAR_DENSE, PyOutPort.SCALAR_SPARSE = PyOutPortScalarDense, PyOutPortScalarSparse
