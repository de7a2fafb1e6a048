"""Ports of Python process models that read and write variables of other models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from lava_api.magma.core.model.interfaces import AbstractPortImplementation
from lava_api.magma.core.sync.phase import Phase
from loihi_emu.errors import SimulationError
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

    from lava_api.magma.core.model.model import AbstractProcessModel

MANAGEMENT = (Phase.PRE_MGMT, Phase.POST_MGMT, Phase.HOST)
"""Phases in which variables of other models may be read and written."""


class AbstractPyPort(AbstractPortImplementation, ABC):
    """A port of a Python process model; the base of a kind of ports names those of the kind."""

    VEC_DENSE: ClassVar[type[AbstractPyPort]]
    VEC_SPARSE: ClassVar[type[AbstractPyPort]]
    SCALAR_DENSE: ClassVar[type[AbstractPyPort]]
    SCALAR_SPARSE: ClassVar[type[AbstractPyPort]]

    def _where(self) -> str:
        """Return the port by its name in the model, as messages begin with it."""
        names = (name for name, value in vars(self._process_model).items() if value is self)
        return f'port "{next(names, type(self).__name__)}"'


class VarPortCmd:
    """What a RefPort asks of a VarPort."""

    GET = 0
    SET = 1


class VariableLink(Protocol):
    """The way from a port to a variable."""

    def read(self) -> Array:
        """Return a copy of the variable in the port's shape."""

    def write(self, data: Array) -> None:
        """Replace the variable."""


class _VariablePort(AbstractPyPort, ABC):
    """A port with a link to a variable.

    Both ends of Lava's channel pair are the same link here.
    """

    def __init__(
        self,
        csp_send_port: VariableLink | None,
        csp_recv_port: VariableLink | None,
        process_model: AbstractProcessModel,
        shape: tuple[int, ...] = (),
        d_type: DTypeLike = int,
        transformer: object = None,
    ) -> None:
        super().__init__(process_model, shape, d_type)
        self._csp_send_port = csp_send_port
        self._csp_recv_port = csp_recv_port
        self._transformer = transformer

    @property
    def csp_ports(self) -> list[Any]:
        """Links of the port; empty when it is not connected."""
        return [self._csp_recv_port] if self._csp_recv_port is not None else []


class PyRefPort(_VariablePort):
    """Reads and writes a variable of another model, in the management phases."""

    @abstractmethod
    def read(self) -> Any:
        """Return the variable."""

    @abstractmethod
    def write(self, *message: Any) -> None:
        """Set the variable."""

    def wait(self) -> None:
        """Return when earlier writes have arrived."""
        self._link("wait")

    def _link(self, action: str) -> VariableLink | None:
        """Return the link (None when not connected) after a check of the phase."""
        phase = getattr(self._process_model, "phase", None)
        if phase is not None and phase not in MANAGEMENT and self._csp_recv_port is not None:
            raise SimulationError(
                f"{self._where()}: a RefPort cannot {action} in phase {Phase(phase).name}: variables of other processes"
                " are open in run_pre_mgmt() and run_post_mgmt() only. Ask for them with pre_guard() and lrn_guard(),"
                " or post_guard()."
            )
        return self._csp_recv_port


class PyRefPortVectorDense(PyRefPort):
    """Reads and writes whole arrays."""

    def read(self) -> Array:
        """Return a copy of the variable in the port's shape, zeros when nothing is connected."""
        link = self._link("read")
        return np.zeros(self._shape, self._d_type) if link is None else link.read()

    def write(self, data: ArrayLike) -> None:
        """Set the variable to a copy of an array of the port's shape (else an AssertionError), cast to its type."""
        link = self._link("write")
        if link is not None:
            values = np.array(data)
            if values.shape != self._shape:
                wrote = f"{self._where()}: wrote data of shape {values.shape}"
                raise AssertionError(f"{wrote}, the port has shape {self._shape}")
            link.write(values.astype(self._d_type))


class PyRefPortVectorSparse(PyRefPort):
    """Reads and writes elements of a variable by index."""

    def read(self) -> tuple[Any, Any]:
        """Return the nonzero elements and their flat indices."""
        link = self._link("read")
        flat = np.zeros(self._shape, self._d_type).ravel() if link is None else link.read().ravel()
        (index,) = np.nonzero(flat)
        return flat[index], index

    def write(self, data: ArrayLike, idx: ArrayLike) -> None:
        """Set the elements at flat indices."""
        link = self._link("write")
        if link is not None:
            values = link.read().astype(self._d_type)
            values.reshape(-1)[np.asarray(idx)] = data
            link.write(values)


class PyRefPortScalarDense(PyRefPort):
    """Reads and writes a variable of one element."""

    def read(self) -> Any:
        """Return the number."""
        link = self._link("read")
        return np.zeros((), self._d_type)[()] if link is None else link.read().ravel()[0]

    def write(self, data: ArrayLike) -> None:
        """Set the number, in all elements."""
        link = self._link("write")
        if link is not None:
            link.write(np.full(self._shape, data).astype(self._d_type))


class PyRefPortScalarSparse(PyRefPortVectorSparse):
    """Reads and writes one element by index."""

    def read(self) -> tuple[Any, Any]:
        """Return the first nonzero element and its flat index, (0, 0) when there is none."""
        values, index = super().read()
        return (values[0], int(index[0])) if len(values) else (np.zeros((), self._d_type)[()], 0)


PyRefPort.VEC_DENSE, PyRefPort.VEC_SPARSE = PyRefPortVectorDense, PyRefPortVectorSparse
PyRefPort.SCALAR_DENSE, PyRefPort.SCALAR_SPARSE = PyRefPortScalarDense, PyRefPortScalarSparse


class PyVarPort(_VariablePort):
    """Opens a variable to other models, which reach it directly: there is nothing to serve."""

    def __init__(self, var_name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.var_name = var_name

    def service(self) -> None:
        """Do nothing."""


class PyVarPortVectorDense(PyVarPort):
    """Opens whole arrays."""


class PyVarPortVectorSparse(PyVarPort):
    """Opens elements of an array."""


class PyVarPortScalarDense(PyVarPort):
    """Opens a number."""


class PyVarPortScalarSparse(PyVarPort):
    """Opens an element of an array."""


PyVarPort.VEC_DENSE, PyVarPort.VEC_SPARSE = PyVarPortVectorDense, PyVarPortVectorSparse
PyVarPort.SCALAR_DENSE, PyVarPort.SCALAR_SPARSE = PyVarPortScalarDense, PyVarPortScalarSparse


class RefVarTypeMapping:
    """Kind of VarPort that serves a kind of RefPort."""

    mapping: ClassVar[dict[type[PyRefPort], type[PyVarPort]]] = {
        PyRefPortVectorDense: PyVarPortVectorDense,
        PyRefPortVectorSparse: PyVarPortVectorSparse,
        PyRefPortScalarDense: PyVarPortScalarDense,
        PyRefPortScalarSparse: PyVarPortScalarSparse,
    }

    @classmethod
    def get(cls, ref_port: type[PyRefPort]) -> type[PyVarPort]:
        """Return the class of VarPort for a class of RefPort."""
        return cls.mapping[ref_port]
