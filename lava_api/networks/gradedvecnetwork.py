"""Vectors of numbers, the matrices between them, and their ways in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.networks.network import MESSAGE_BITS, AlgebraicMatrix, AlgebraicVector, GradedSparse, Network, ProductVec
from lava_api.proc.dense.process import Dense
from lava_api.proc.embedded_io.spike import NxToPyAdapter, PyToNxAdapter
from lava_api.proc.graded.process import GradedVec as GradedVecProc
from lava_api.proc.graded.process import InvSqrt, NormVecDelay
from lava_api.proc.io import sink, source
from lava_api.proc.lif.process import LIF

__all__ = [
    "GradedDense", "GradedSparse", "GradedVec", "InputVec", "LIFVec", "NormalizeNet", "OutputVec", "ProductVec",
]  # fmt: skip


class InputVec(AlgebraicVector):
    """A recording as a vector.

    Parameters
    ----------
    vec : ndarray
        Values, time on the last axis.
    loihi2 : bool
        Whether an adapter to the chip follows, as programs with hardware have it; the values are the same.
    exp : int
        Values are multiplied with 2^exp.
    **kwargs
        ``shape`` is allowed, and follows from `vec`.
    """

    def __init__(self, vec: Any, loihi2: bool = False, exp: int = 0, **kwargs: Any) -> None:
        _only("InputVec", kwargs, ("shape",))
        self.loihi2, self.exp = loihi2, exp
        values = np.atleast_2d(vec) * 2**exp
        self.shape = values.shape
        self.main = source.RingBuffer(data=values)
        self.inport_plug = self.main
        self.out_port = self.main.s_out
        if loihi2:
            self.inport_adapter = PyToNxAdapter(shape=self.out_port.shape, num_message_bits=MESSAGE_BITS)
            self.out_port.connect(self.inport_adapter.inp)
            self.out_port = self.inport_adapter.out

    def __lshift__(self, other: Any) -> Any:
        """Replace the recording, while the network does not run."""
        if not isinstance(other, np.ndarray):
            return NotImplemented
        self.main.data.set(np.atleast_2d(other) * 2**self.exp)
        return self


class OutputVec(Network):
    """Record a vector.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    buffer : int
        Steps that are kept.
    loihi2 : bool
        Whether an adapter from the chip comes before, as programs with hardware have it.
    num_message_bits : int
        Bits of the adapter's messages; 0 for spikes without a value.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        buffer: int = 1,
        loihi2: bool = False,
        num_message_bits: int = MESSAGE_BITS,
        **kwargs: Any,
    ) -> None:
        self.shape, self.buffer = shape, buffer
        self.loihi2, self.num_message_bits = loihi2, num_message_bits
        self.outport_plug = sink.RingBuffer(shape=shape, buffer=buffer, **kwargs)
        self.main = self.outport_plug
        self.in_port = self.outport_plug.a_in
        if loihi2:
            self.outport_adapter = NxToPyAdapter(shape=shape, num_message_bits=num_message_bits)
            self.outport_adapter.out.connect(self.in_port)
            self.in_port = self.outport_adapter.inp

    def get_data(self) -> Any:
        """Return the record as int32, cut to 24 bits with sign."""
        unused = 32 - MESSAGE_BITS
        return np.right_shift(np.left_shift(self.outport_plug.data.get().astype(np.int32), unused), unused)


class LIFVec(AlgebraicVector):
    """LIF neurons as a vector.

    Parameters
    ----------
    **kwargs
        As for :class:`~lava_api.proc.lif.process.LIF`.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._stand_for(LIF(**kwargs))
        self.shape = self.in_port.shape


class GradedVec(AlgebraicVector):
    """A vector that sends the values above its threshold.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    vth : int
        Threshold.
    exp : int
        Binary exponent of the values, for the user's information.
    """

    def __init__(self, shape: tuple[int, ...], vth: int = 10, exp: int = 0, **kwargs: Any) -> None:
        self.shape, self.vth, self.exp = shape, vth, exp
        self._stand_for(GradedVecProc(shape=shape, vth=vth, exp=exp, **kwargs))


class GradedDense(AlgebraicMatrix):
    """A matrix of fractions: weights are multiplied with 2^exp, their sums with 2^-exp.

    Parameters
    ----------
    weights : ndarray
        Targets by sources.
    exp : int
        Fraction bits.
    **kwargs
        Further arguments of :class:`~lava_api.proc.dense.process.Dense`.
    """

    def __init__(self, weights: Any, exp: int = 7, **kwargs: Any) -> None:
        weights = np.asarray(weights) * 2**exp
        main = Dense(weights=weights, num_message_bits=MESSAGE_BITS, weight_exp=-exp, **kwargs)
        self._stand_for(main, "s_in", "a_out")


class NormalizeNet(AlgebraicVector):
    """Divide a vector by its length.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    exp : int
        Fraction bits of the inverse length.
    """

    def __init__(self, shape: tuple[int, ...], exp: int = 12, **kwargs: Any) -> None:
        self.shape, self.fpb = shape, exp
        weights = np.ones((1, shape[0]))
        self.vfp_dense = Dense(weights=weights, num_message_bits=MESSAGE_BITS)
        self.fp_inv_neuron = InvSqrt(shape=(1,), fp_base=exp)
        self.fpv_dense = Dense(weights=weights.T, num_message_bits=MESSAGE_BITS)
        _only("NormalizeNet", kwargs)
        self._stand_for(NormVecDelay(shape=shape, vth=1, exp=exp), "a_in1")
        self.main.s2_out.connect(self.vfp_dense.s_in)
        self.vfp_dense.a_out.connect(self.fp_inv_neuron.a_in)
        self.fp_inv_neuron.s_out.connect(self.fpv_dense.s_in)
        self.fpv_dense.a_out.connect(self.main.a_in2)


def _only(network: str, given: dict[str, Any], allowed: tuple[str, ...] = ()) -> None:
    """Refuse keyword arguments that nothing reads."""
    for name in given:
        if name not in allowed:
            raise TypeError(f"{network}: unknown argument {name!r}")
