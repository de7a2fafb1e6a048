"""Stock graded vectors, and products of inputs, as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Declined
from lava_api.magma.kernels.vector import Vector
from loihi_emu.models.lava import graded as at


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

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if np.any(model.exp < 0) or np.any(model.exp > 31):
            raise Declined("exp")

    def refresh(self) -> None:
        """Take over threshold and exponent."""
        self.put(0, self.model.vth, np.int32)
        self.put(1, self.model.exp, np.int32)


class InverseRootFloat(Vector):
    """InvSqrt in float64."""

    leaf = "graded:inverse_root"
    takes = "float64"


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
