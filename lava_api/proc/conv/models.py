"""NumPy models of convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import ABSTRACT, PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.proc.conv import utils
from lava_api.proc.conv.process import Conv
from loihi_emu.widths import WORD_BITS


class AbstractPyConvModel(PyLoihiProcessModel):
    """Models of :class:`Conv`: send the sums of the step before, receive, convolve."""

    s_in = a_out = a_buf = weight = ABSTRACT
    kernel_size = stride = padding = dilation = groups = array(np.int8, 8)
    num_message_bits = num_weight_bits = array(np.int8, 5)
    weight_exp = array(np.int32, 8)

    def clamp(self, sums: Any) -> Any:
        """Limit the sums to what the hardware holds: nothing in floating point."""
        return sums

    def run_spk(self) -> None:
        self.a_out.send(self.a_buf)
        s_in = self.s_in.recv()
        if self.num_message_bits.item() == 0:
            s_in = s_in.astype(bool)
        sums = utils.conv(
            s_in, self.weight, self.kernel_size, self.stride, self.padding, self.dilation, self.groups.item()
        )
        self.a_buf[:] = self.clamp(sums)


@model_of(Conv, "floating_pt", kernel="lava_api.proc.conv.kernels:ConvFloat")
class PyConvModelFloat(AbstractPyConvModel):
    """:class:`Conv` in float64."""

    s_in = in_port(float, 24)
    a_out = out_port(float)
    a_buf = weight = array(float)


@model_of(Conv, "fixed_pt", kernel="lava_api.proc.conv.kernels:ConvFixed")
class PyConvModelFixed(AbstractPyConvModel):
    """:class:`Conv` in integers; sums wrap at 24 bits."""

    s_in = in_port(np.int32, 24)
    a_out = out_port(np.int32, 24)
    a_buf = array(np.int32, 24)
    weight = array(np.int32, 8)

    def clamp(self, sums: Any) -> Any:
        return utils.signed_clamp(sums, WORD_BITS)
