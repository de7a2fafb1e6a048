"""Products of two inputs."""

from __future__ import annotations

import numpy as np

from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables


class ProdNeuron(Shaped):
    """Send the product of two inputs where its magnitude is above a threshold: ``(a_in1 * a_in2) >> exp``.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    vth : int
        Products of this magnitude and below are not sent.
    exp : int
        Bits by which products are shifted down.
    """

    def __init__(self, shape: tuple[int, ...], vth: int = 1, exp: int = 0) -> None:
        super().__init__(shape=shape)
        self.a_in1 = InPort(shape=shape)
        self.a_in2 = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.vth, self.exp = variables((1,), vth, exp)
        self.v = Var(shape=shape, init=np.zeros(shape, "int32"))
