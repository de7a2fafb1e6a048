"""Networks that behave like vectors and matrices.

``target << source`` connects, ``matrix @ vector`` multiplies, ``+`` joins sources into one sum, ``*`` multiplies
vectors element by element. A network has ``main``, the process that runs it, an ``in_port`` and an ``out_port``.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from scipy.sparse import csr_matrix, identity

from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.sparse.process import Sparse

MESSAGE_BITS = 24


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

    def _stand_for(self, main: Any, takes: str = "a_in", sends: str = "s_out") -> None:
        """Let a process stand for the network, with the input and the output of these names."""
        self.main, self.in_port, self.out_port = main, getattr(main, takes), getattr(main, sends)

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
        if not isinstance(other, AlgebraicMatrix):
            return NotImplemented
        product = ProductVec(shape=self.out_port.shape, vth=1, exp=0)
        product << (self, other)
        return product


class ProductVec(AlgebraicVector):
    """The product of two vectors, element by element.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vectors.
    vth : int
        Threshold of the product.
    exp : int
        Bits by which the product is shifted down.
    """

    def __init__(self, shape: tuple[int, ...], vth: int = 10, exp: int = 0, **kwargs: Any) -> None:
        self.shape, self.vth, self.exp = shape, vth, exp
        self._stand_for(ProdNeuron(shape=shape, vth=vth, exp=exp, **kwargs), "a_in1")
        self.in_port2 = self.main.a_in2

    def __lshift__(self, other: Any) -> Any:
        """Connect the two factors as they are, each of them a network or several whose messages are summed up."""
        if not (isinstance(other, list | tuple) and len(other) == 2):
            raise TypeError(f"a product needs two factors, product << (a, b); got {other!r}")
        for factor, port in zip(other, (self.in_port, self.in_port2), strict=True):
            for network in factor if isinstance(factor, list | tuple) else [factor]:
                network.out_port.connect(port)
        return self


class GradedSparse(AlgebraicMatrix):
    """A sparse matrix of fractions: weights are multiplied with 2^exp, their sums with 2^-exp.

    Parameters
    ----------
    weights : csr_matrix or ndarray
        Targets by sources.
    exp : int
        Fraction bits.
    **kwargs
        Further arguments of :class:`~lava_api.proc.sparse.process.Sparse`.
    """

    def __init__(self, weights: Any, exp: int = 7, **kwargs: Any) -> None:
        weights = csr_matrix(weights) * 2**exp
        main = Sparse(weights=weights, num_message_bits=MESSAGE_BITS, weight_exp=-exp, **kwargs)
        self._stand_for(main, "s_in", "a_out")


def _identity(shape: tuple[int, ...]) -> Any:
    """Return the identity matrix for vectors of a shape."""
    return GradedSparse(weights=identity(prod(shape), format="csr"))
