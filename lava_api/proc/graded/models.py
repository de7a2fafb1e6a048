"""NumPy models of graded vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.graded.process import GradedReluVec, GradedVec, InvSqrt, NormVecDelay

INPUT_BITS = 24
"""Width of what the inverse square root is taken of."""
GUESS = 1.238982962
"""Divisor of the first guess, from which the iteration converges for mantissas between 1 and 2."""


class AbstractGradedVecModel(PyLoihiProcessModel):
    """Models that send their input of this step above a threshold."""

    a_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    v = vth = exp = array(np.int32, 24)

    def magnitude(self) -> Any:
        """What is compared with the threshold."""
        return np.abs(self.v)

    def run_spk(self) -> None:
        self.v += self.a_in.recv()
        self.s_out.send(self.v * (self.magnitude() > self.vth))
        self.v[:] = 0


@model_of(GradedVec, "fixed_pt", kernel="lava_api.proc.graded.kernels:GradedFixed")
class PyGradedVecModelFixed(AbstractGradedVecModel):
    """:class:`GradedVec` in int32."""


@model_of(GradedReluVec, "fixed_pt", kernel="lava_api.proc.graded.kernels:GradedReluFixed")
class PyGradedReluVecModelFixed(AbstractGradedVecModel):
    """:class:`GradedReluVec` in int32."""

    def magnitude(self) -> Any:
        return self.v


@model_of(NormVecDelay, "fixed_pt", kernel="lava_api.proc.graded.kernels:NormDelayFixed")
class NormVecDelayModel(PyLoihiProcessModel):
    """:class:`NormVecDelay` in int32; products wrap."""

    a_in1 = a_in2 = in_port(np.int32, 24)
    s_out = s2_out = out_port(np.int32, 24)
    vth = exp = v = v2 = array(np.int32, 24)

    def run_spk(self) -> None:
        vector = self.a_in1.recv()
        self.s2_out.send(vector * vector)
        self.v2[:] = self.v
        self.v[:] = vector
        product = self.v2 * self.a_in2.recv()
        self.s_out.send(product * (np.abs(product) > self.vth))


@model_of(InvSqrt, "floating_pt", kernel="lava_api.proc.graded.kernels:InverseRootFloat")
class InvSqrtModelFloat(PyLoihiProcessModel):
    """:class:`InvSqrt` in float64; infinite for 0."""

    a_in = in_port(float)
    s_out = out_port(float)
    fp_base = array(np.int32, 24)

    def run_spk(self) -> None:
        with np.errstate(divide="ignore", invalid="ignore"):
            self.s_out.send(1 / np.sqrt(self.a_in.recv()))


def inv_sqrt(s_fp: int, n_iters: int = 5, b_fraction: int = 12) -> int:
    """Inverse square root of a number with ``b_fraction`` fraction bits, by Goldschmidt's iteration in 64 bits.

    Parameters
    ----------
    s_fp : int
        0 gives 0. Numbers of 24 bits have a root; larger ones begin with the factor of a number 2^24 times smaller, as
        in Lava, and what comes out is none.
    n_iters : int
        Iterations; 5 are enough for 12 bits.
    b_fraction : int
        Fraction bits of argument and result.

    Examples
    --------
    >>> inv_sqrt(4096), inv_sqrt(4)  # of 1 and of 1/1024, in units of 1/4096
    (4095, 131343)
    """
    if s_fp == 0:
        return 0
    if not 0 < s_fp < 1 << 2 * INPUT_BITS:
        raise out_of_range(s_fp)
    shift, three = np.int64(b_fraction + 1), np.int64(3 << b_fraction)
    factor = np.int64(first_factor((int(s_fp).bit_length() - 1) % INPUT_BITS, b_fraction))
    rest, root = np.int64(s_fp), factor >> 1
    with np.errstate(over="ignore"):
        for _ in range(n_iters):
            rest = (((rest * factor) >> shift) * factor) >> shift
            factor = three - rest
            root = (root * factor) >> shift
    return int(root)


def first_factor(magnitude: int, b_fraction: int) -> int:
    """Return the factor that the iteration begins with, from the position of the highest bit."""
    return 2 * int((1 << b_fraction) / (2 ** ((magnitude - b_fraction) / 2) * GUESS))


def out_of_range(s_fp: int) -> ValueError:
    """Return the error for an argument that has no inverse square root."""
    return ValueError(f"inverse square root: got {s_fp}, must be from 0 to {(1 << INPUT_BITS) - 1}, where it is exact")


@model_of(InvSqrt, "fixed_pt", kernel="lava_api.proc.graded.kernels:InverseRootFixed")
class InvSqrtModelFP(PyLoihiProcessModel):
    """:class:`InvSqrt` in integers with 12 fraction bits."""

    a_in = in_port(np.int32, 24)
    s_out = out_port(np.int32, 24)
    fp_base = array(np.int32, 24)

    def run_spk(self) -> None:
        values = self.a_in.recv()
        roots = [inv_sqrt(int(x)) for x in values.ravel()]
        self.s_out.send(np.array(roots, dtype=np.int64).reshape(values.shape))
