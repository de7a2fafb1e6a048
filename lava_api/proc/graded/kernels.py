"""Stock graded vectors, and products of inputs, as kernels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lava_api.magma.kernels.neurons import Neurons
from lava_api.magma.kernels.vector import FallibleVector, Vector
from lava_api.magma.kernels.wanted import Feeds, PythonFallback
from lava_api.proc.graded.models import INPUT_BITS, first_factor, out_of_range
from loihi_emu.models.lava import graded as at
from loihi_emu.models.neurons import graded_vec, prod_neuron


class GradedFixed(Neurons):
    """GradedVec."""

    leaf, record = f"{graded_vec.__name__}:step", graded_vec.GRADED
    states = ("v",)
    parameters = ("vth",)
    list_can_lack = True


class GradedReluFixed(GradedFixed):
    """GradedReluVec."""

    leaf = f"{graded_vec.__name__}:step_relu"


class NormDelayFixed(Vector):
    """NormVecDelay."""

    leaf, record = "graded:norm_delay", at.NORM_DELAY
    inputs = ("a_in1", "a_in2")
    sends = ("s_out", "s2_out")
    states = ("v", "v2")
    parameters = ("vth",)


class ProductFixed(Neurons):
    """ProdNeuron."""

    leaf, record = f"{prod_neuron.__name__}:step", prod_neuron.PRODUCT
    inputs = prod_neuron.PORTS
    parameters = ("vth", "exp")
    list_can_lack = True
    exponents: ClassVar = {"exp": 31}

    def bind(self) -> None:
        super().bind()
        if np.any(self.model.exp < 0) or np.any(self.model.exp > 31):
            raise PythonFallback("exp")


class InverseRootFloat(Vector):
    """InvSqrt in float64."""

    leaf, record = "graded:inverse_root", at.ROOT_FLOAT
    takes = "float64"


class InverseRootFixed(FallibleVector):
    """InvSqrt in integers."""

    leaf, record = "graded:inverse_root_int", at.ROOT

    def describe(self, feeds: Feeds) -> None:
        self.d.argument = self.argument = np.zeros(1, np.int64)
        first = [first_factor(magnitude, at.FRACTION_BITS) for magnitude in range(INPUT_BITS)]
        self.d.guesses = np.array(first, np.int64)

    def failure(self) -> Exception:
        return out_of_range(int(self.argument[0]))


class SpikerKernel(Vector):
    """Spiker."""

    leaf, record = "graded:spiker", at.SPIKER
    takes = "int64"
    inputs = ()
    states = ("counter", "rate", "payload")


class ReceiverKernel(Vector):
    """Receiver."""

    leaf, record = "graded:receiver", at.RECEIVER
    takes = "int64"
    sends = ()
    states = ("payload",)
