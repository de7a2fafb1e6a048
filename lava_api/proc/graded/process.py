"""Vectors of numbers as neurons with graded spikes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables


def loihi2round(vv: Any) -> Any:
    """Round to integers, halves away from zero.

    Examples
    --------
    >>> loihi2round([0.5, -0.5, 1.4]).tolist()
    [1, -1, 1]
    """
    vv = np.asarray(vv)
    return np.trunc(np.abs(vv) + 0.5).astype(int) * np.sign(vv).astype(int)


class GradedVec(Shaped):
    """Send the sum of this step's input where its magnitude is above a threshold.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    vth : int
        Values of this magnitude and below are not sent.
    exp : int
        Binary exponent of the values, for the user's information.
    """

    def __init__(self, shape: tuple[int, ...], vth: int = 1, exp: int = 0) -> None:
        super().__init__(shape=shape)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.v = Var(shape=shape, init=0)
        self.vth, self.exp = variables((1,), vth, exp)


class GradedReluVec(GradedVec):
    """Send the sum of this step's input where it is above a threshold.

    Parameters
    ----------
    shape, vth, exp
        As for :class:`GradedVec`.
    """


class NormVecDelay(Shaped):
    """Normalise a vector: send its square at once, and itself times a factor that arrives one step later.

    Parameters
    ----------
    shape, vth, exp
        As for :class:`GradedVec`.
    """

    def __init__(self, shape: tuple[int, ...], vth: int = 1, exp: int = 0) -> None:
        super().__init__(shape=shape)
        self.a_in1 = InPort(shape=shape)
        self.a_in2 = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.s2_out = OutPort(shape=shape)
        self.vth, self.exp = variables((1,), vth, exp)
        self.v, self.v2 = variables(shape, np.zeros(shape, "int32"), np.zeros(shape, "int32"))


class InvSqrt(Shaped):
    """Send the inverse square root of the input.

    Parameters
    ----------
    shape : tuple of int
        Shape of the vector.
    fp_base : int
        Fraction bits of the result. The fixed-point model uses 12 whatever is given, as in Lava.
    """

    def __init__(self, shape: tuple[int, ...], fp_base: int = 12) -> None:
        super().__init__(shape=shape)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.fp_base = Var(shape=(1,), init=fp_base)
