"""Networks that behave like vectors and matrices.

``target << source`` connects, ``matrix @ vector`` multiplies, ``+`` joins sources into one sum, ``*`` multiplies
vectors element by element. A network has ``main``, the process that runs it, an ``in_port`` and an ``out_port``.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import TYPE_CHECKING, Any

from scipy.sparse import identity

if TYPE_CHECKING:
    from lava_api.networks.gradedvecnetwork import ProductVec


class NetworkList(list[Any]):
    """Networks whose outputs are summed up where they are connected."""

    def __init__(self, iterable: Iterable[Any]) -> None:
        super().__init__(iterable)

    def __add__(self, other: Any) -> NetworkList:
        if isinstance(other, Network):
            return NetworkList([*self, other])
        if isinstance(other, NetworkList):
            return NetworkList([*self, *other])
        return NotImplemented

    def __radd__(self, other: Any) -> NetworkList:
        if isinstance(other, Network):
            return NetworkList([other, *self])
        return NotImplemented


class Network:
    """Processes with a common input and output.

    Attributes
    ----------
    main : AbstractProcess
        The process that stands for the network when it runs.
    in_port : InPort
        Where sources are connected.
    out_port : OutPort
        What targets are connected to.
    """

    main: Any = None
    in_port: Any = None
    out_port: Any = None

    def run(self, **kwargs: Any) -> None:
        """Run all that is connected; arguments as for a process."""
        self.main.run(**kwargs)

    def stop(self, **kwargs: Any) -> None:
        """Stop all that is connected."""
        self.main.stop(**kwargs)

    def __lshift__(self, other: Any) -> Any:
        """Connect one source or several, whose messages are summed up."""
        if isinstance(other, list | tuple):
            for source in other:
                self << source
            return self
        if isinstance(other, Network):
            self._connect(other, self.in_port)
            return self
        return NotImplemented

    def _connect(self, source: Network, port: Any) -> None:
        """Connect a source with a port of this network."""
        source.out_port.connect(port)

    def __add__(self, other: Any) -> NetworkList:
        if isinstance(other, Network):
            return NetworkList([self, other])
        return NotImplemented


class AlgebraicVector(Network):
    """A network that behaves like a vector.

    Vectors are connected with each other by an identity matrix, which takes a step of its own like every matrix.
    """

    def _connect(self, source: Network, port: Any) -> None:
        """Connect a source with a port of this network, a vector through an identity matrix."""
        super()._connect(_identity(port.shape) @ source if isinstance(source, AlgebraicVector) else source, port)

    def __mul__(self, other: Any) -> Any:
        """Multiply element by element: through an identity matrix on each side, and one behind the product."""
        from lava_api.networks.gradedvecnetwork import ProductVec

        if not isinstance(other, AlgebraicVector):
            return NotImplemented
        shape = self.out_port.shape
        product = ProductVec(shape=shape, vth=1, exp=getattr(self, "exp", 0))
        product << (_identity(shape) @ self, _identity(shape) @ other)
        return _identity(shape) @ product


class AlgebraicMatrix(Network):
    """A network that behaves like a matrix."""

    def __matmul__(self, other: Any) -> Any:
        """Multiply with a vector: its messages go through the weights."""
        if not isinstance(other, AlgebraicVector):
            return NotImplemented
        self._connect(other, self.in_port)
        return self

    def __mul__(self, other: Any) -> ProductVec:
        """Multiply what two matrices send, element by element."""
        from lava_api.networks.gradedvecnetwork import ProductVec

        if not isinstance(other, AlgebraicMatrix):
            return NotImplemented
        product = ProductVec(shape=self.out_port.shape, vth=1, exp=0)
        product << (self, other)
        return product


def _identity(shape: tuple[int, ...]) -> Any:
    """Return the identity matrix for vectors of a shape."""
    from lava_api.networks.gradedvecnetwork import GradedSparse

    return GradedSparse(weights=identity(prod(shape), format="csr"))
