"""Two-dimensional convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import InPort, Named, OutPort, Var, extends, variables
from lava_api.proc.conv import utils
from loihi_emu.errors import invalid
from loihi_emu.numeric import ranged, whole

SMALLEST = {"padding": 0, "stride": 1, "dilation": 1}
LARGEST = 1 << 15


class Conv(Named):
    """Convolutional synapses: ``a_out`` of step t + 1 is the convolution of the input of step t.

    Parameters
    ----------
    weight : ndarray
        (output channels, KX, KY, input channels / groups).
    weight_exp : int
        Kept, but no model applies it, as in Lava.
    input_shape : tuple of int
        (X, Y, channels).
    padding, stride, dilation : int or pair of int
        Along X and Y.
    groups : int
        Groups of channels that do not mix.
    num_weight_bits : int
        Kept, but no model truncates weights, as in Lava.
    num_message_bits : int
        0: every non-zero input counts as 1; otherwise inputs are multiplied with the weights.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    @extends(Named, without=("kwargs",), before="name")
    def __init__(
        self,
        *,
        weight: Any,
        weight_exp: int = 0,
        input_shape: tuple[int, int, int] = (1, 1, 1),
        padding: Any = 0,
        stride: Any = 1,
        dilation: Any = 1,
        groups: int = 1,
        num_weight_bits: int = 8,
        num_message_bits: int = 0,
        **given: Any,
    ) -> None:
        weight = np.asarray(weight)
        super().__init__(
            weight=weight, weight_exp=weight_exp, input_shape=input_shape, padding=padding, stride=stride,
            dilation=dilation, groups=groups, num_weight_bits=num_weight_bits, num_message_bits=num_message_bits,
            **given,
        )  # fmt: skip
        if len(input_shape) != 3:
            raise ValueError(f"input_shape: got {input_shape}, must be (X, Y, channels)")
        if weight.ndim != 4:
            raise ValueError(f"weight: shape {weight.shape}, must be (outputs, KX, KY, inputs / groups)")
        outputs, inputs = weight.shape[0], weight.shape[-1]
        if groups < 1 or outputs % groups or inputs * groups != input_shape[-1]:
            raise ValueError(
                f"groups: {groups} group(s) do not fit {input_shape[-1]} input channels, {outputs} output channels and "
                f"weights for {inputs} input channels"
            )
        kernel_size = weight.shape[1], weight.shape[2]
        given = {"padding": padding, "stride": stride, "dilation": dilation}
        padding, stride, dilation = (utils.make_tuple(_whole(name, value)) for name, value in given.items())
        output_shape = utils.output_shape(input_shape, outputs, kernel_size, stride, padding, dilation)
        if min(output_shape) < 1:
            spread = tuple(dilation[k] * (kernel_size[k] - 1) + 1 for k in (0, 1))
            raise invalid("Conv", "input_shape", str(input_shape), f"with its padding at least the kernel's {spread}")
        self.input_shape = input_shape
        self.output_shape = output_shape
        self.s_in = InPort(shape=input_shape)
        self.a_out = OutPort(shape=output_shape)
        self.weight = Var(shape=weight.shape, init=weight)
        self.weight_exp, self.num_weight_bits = variables((1,), weight_exp, num_weight_bits)
        self.kernel_size, self.padding, self.stride = variables((2,), kernel_size, padding, stride)
        self.dilation = Var(shape=(2,), init=dilation)
        self.groups = Var(shape=(1,), init=groups)
        self.a_buf = Var(shape=output_shape, init=0)
        self.num_message_bits = Var(shape=(1,), init=num_message_bits)


def _whole(name: str, value: Any) -> Any:
    """Return padding, stride or dilation as it was given, or raise if it is none."""
    ranged("Conv", name, whole("Conv", name, value), SMALLEST[name], LARGEST)
    return value
