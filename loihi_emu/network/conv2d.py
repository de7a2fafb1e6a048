"""Weights of a convolution: one kernel that all positions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords_of
from loihi_emu.network.shapes import Shape
from loihi_emu.numeric import integer, numbers, ranged
from loihi_emu.read_only import FrozenArrays, frozen, read_only


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Conv2D(FrozenArrays):
    """Convolutional weights: one kernel shared by all positions, never expanded.

    ``out[y, x, co] = sum over ky, kx, ci of kernel[co, ky, kx, ci] * in[y*sy + ky*dy - py, x*sx + kx*dx - px, ci]``
    (cross-correlation, as deep-learning tools have it; for a PyTorch kernel (C_out, C_in, KH, KW) pass
    ``kernel.transpose(0, 2, 3, 1)``). Populations have shape (height, width, channels).

    Parameters
    ----------
    kernel : array, shape (C_out, KH, KW, C_in / groups)
        Weight mantissas (floats under rules="float").
    stride, padding, dilation : int or (int, int)
        Rows, columns.
    groups : int
        Channels are split into so many groups that do not mix.

    Examples
    --------
    >>> import numpy as np
    >>> Conv2D(np.ones((16, 3, 3, 2)), padding=1).output_shape((32, 32, 2))
    (32, 32, 16)
    """

    kernel: NDArray[Any]
    stride: Any = (1, 1)
    padding: Any = (0, 0)
    dilation: Any = (1, 1)
    groups: int = 1

    def __post_init__(self) -> None:
        kernel = numbers("Conv2D", "kernel", self.kernel)
        if kernel.ndim != 4 or 0 in kernel.shape:
            raise invalid("Conv2D", "kernel", f"shape {kernel.shape}", "shape (C_out, KH, KW, C_in / groups)")
        object.__setattr__(self, "kernel", frozen(np.array(kernel)))
        for name, low in (("stride", 1), ("padding", 0), ("dilation", 1)):
            given = numbers("Conv2D", name, getattr(self, name))
            if given.shape not in ((), (1,), (2,)) or given.dtype.kind not in "iu":
                raise invalid("Conv2D", name, repr(getattr(self, name)), "an integer or two")
            given = np.broadcast_to(given, (2,))
            ranged("Conv2D", name, given, low, 1 << 15)
            object.__setattr__(self, name, (int(given[0]), int(given[1])))
        object.__setattr__(self, "groups", integer("Conv2D", "groups", self.groups, 1, kernel.shape[0]))
        if kernel.shape[0] % self.groups:
            raise invalid("Conv2D", "groups", self.groups, f"a divisor of the {kernel.shape[0]} output channels")

    def output_shape(self, shape: Shape) -> Shape:
        """Shape (height, width, channels) of the output for an input of shape (height, width, channels)."""
        if len(shape) != 3 or shape[2] != self.kernel.shape[3] * self.groups:
            raise invalid(
                "Conv2D", "input shape", str(shape), f"(height, width, {self.kernel.shape[3] * self.groups})",
                advice="Give the population a shape: population(name, (height, width, channels), ...).",
            )  # fmt: skip
        reach = [self.dilation[k] * (self.kernel.shape[1 + k] - 1) + 1 for k in (0, 1)]
        size = tuple((shape[k] + 2 * self.padding[k] - reach[k]) // self.stride[k] + 1 for k in (0, 1))
        if min(size) < 1:
            raise invalid("Conv2D", "input shape", str(shape), "at least the size of the (dilated) kernel with padding")
        return (*size, int(self.kernel.shape[0]))

    def __repr__(self) -> str:
        more = "".join(f", {name}={getattr(self, name)}" for name in ("stride", "padding", "dilation", "groups"))
        return f"<Conv2D: kernel {self.kernel.shape}{more}>"
