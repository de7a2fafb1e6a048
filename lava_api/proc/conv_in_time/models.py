"""NumPy models of convolution along time."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.conv_in_time.process import ConvInTime


class AbstractPyConvInTimeModel(PyLoihiProcessModel):
    """Models of :class:`ConvInTime`: column k of ``a_buff`` is due k steps after the next one."""

    num_message_bits = array(int, 5)
    s_in = in_port(bool, 1)
    a_out = out_port(float)
    a_buff = weights = array(float)

    def run_spk(self) -> None:
        self.a_out.send(self.a_buff[:, 0])
        s_in = self.s_in.recv()
        if self.num_message_bits.item() == 0:
            s_in = s_in.astype(bool)
        self.a_buff[:, :-1] = self.a_buff[:, 1:]
        self.a_buff[:, -1] = 0
        self.a_buff += self.weights[::-1].dot(s_in).T


@model_of(ConvInTime, "floating_pt", kernel="lava_api.proc.conv_in_time.kernels:ConvInTimeKernel")
class PyConvInTimeFloat(AbstractPyConvInTimeModel):
    """:class:`ConvInTime` in float64."""


@model_of(ConvInTime, "fixed_pt", kernel="lava_api.proc.conv_in_time.kernels:ConvInTimeKernel")
class PyConvInTimeFixed(AbstractPyConvInTimeModel):
    """:class:`ConvInTime` as tagged for fixed point, which in Lava computes in float64 too and never wraps."""
