"""Stock graded vectors, and products of inputs, as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.messages import Feed
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.graded.models import INPUT_BITS, first_factor, out_of_range
from loihi_emu.models.lava import graded as at
from loihi_emu.models.memory import WordRow as Description


class GradedFixed(Vector):
    """GradedVec."""

    leaf = "graded:vector"
    states = ("v",)
    relu = 0

    def refresh(self) -> None:
        """Take over the threshold."""
        self.put(0, self.model.vth, np.int32)
        self.d.words[at.RELU] = self.relu


class GradedReluFixed(GradedFixed):
    """GradedReluVec."""

    relu = 1


class NormDelayFixed(Vector):
    """NormVecDelay."""

    leaf = "graded:norm_delay"
    inputs = ("a_in1", "a_in2")
    sends = ("s_out", "s2_out")
    states = ("v",)

    def refresh(self) -> None:
        """Take over the threshold."""
        self.put(0, self.model.vth, np.int32)


class ProductFixed(Vector):
    """ProdNeuron."""

    leaf = "graded:product"
    inputs = ("a_in1", "a_in2")
    exponents: ClassVar = {"exp": 31}

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if np.any(model.exp < 0) or np.any(model.exp > 31):
            raise PythonFallback("exp")

    def refresh(self) -> None:
        """Take over threshold and exponent."""
        self.put(0, self.model.vth, np.int32)
        self.put(1, self.model.exp, np.int32)


class InverseRootFloat(Vector):
    """InvSqrt in float64."""

    leaf = "graded:inverse_root"
    takes = "float64"


class InverseRootFixed(Vector):
    """InvSqrt in integers."""

    leaf = "graded:inverse_root_int"

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        self.status, self.argument = np.zeros(1, np.int64), np.zeros(1, np.int64)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        found = list(super().calls(feeds))
        self.d.point(at.STATUS, self.status)
        self.d.point(at.ARGUMENT, self.argument)
        first = [first_factor(magnitude, at.FRACTION_BITS) for magnitude in range(INPUT_BITS)]
        self.d.point(at.GUESSES, np.array(first, np.int64))
        return found

    def failure(self) -> Exception:
        """An argument without an inverse square root."""
        return out_of_range(int(self.argument[0]))


class SpikerKernel(Vector):
    """Spiker."""

    leaf = "graded:spiker"
    takes = "int64"
    inputs = ()
    states = ("counter", "rate", "payload")


class ReceiverKernel(Vector):
    """Receiver."""

    leaf = "graded:receiver"
    takes = "int64"
    sends = ()
    states = ("payload",)
