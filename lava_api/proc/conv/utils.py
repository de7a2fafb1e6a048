"""Shapes and sums of two-dimensional convolutions."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lava_api.proc._arithmetic import Array
from loihi_emu.keywords import known_keywords

TORCH_IS_AVAILABLE = False
"""Lava's mark of its second implementation, by Torch."""


class TensorOrder(IntEnum):
    """Order of axes: N number (or output channels), C channels, H height (Y), W width (X)."""

    NCHW = 1
    CHWN = 2
    HWCN = 3
    NWHC = 4


def make_tuple(value: Any) -> tuple[int, int]:
    """Return the pair for X and Y that a scalar, a sequence of one or a pair stands for.

    Raises
    ------
    Exception
        For longer sequences, as Lava does.
    """
    items = [int(x) for x in np.ravel(value)]
    if len(items) not in (1, 2):
        raise Exception(f"expected one value or two (X and Y), got {value!r}")
    return items[0], items[-1]


@known_keywords
def signed_clamp(x: Any, bits: int) -> Any:
    """Wrap integers into ``bits`` bits, sign included; nothing saturates in spite of the name.

    Examples
    --------
    >>> [signed_clamp(x, 4) for x in (7, 8, -9)]
    [7, -8, 7]
    """
    half = 1 << (bits - 1)
    return (x + half) % (2 * half) - half


@known_keywords
def output_shape(
    input_shape: tuple[int, int, int],
    out_channels: int,
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
) -> tuple[int, int, int]:
    """Shape of the result, (X, Y, channels).

    Along X and Y: ``(size + 2 padding - dilation (kernel - 1) - 1) // stride + 1``.
    """
    x, y = ((input_shape[k] + 2 * padding[k] - dilation[k] * (kernel_size[k] - 1) - 1) // stride[k] + 1 for k in (0, 1))
    return int(x), int(y), int(out_channels)


@known_keywords
def conv(
    input_: Array,
    weight: Array,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Array:
    """Convolve: the kernel is flipped, the border is filled with zeros.

    Sums are taken in float64, which is exact for integers below 2^53.

    Parameters
    ----------
    input_ : ndarray
        (X, Y, C).
    weight : ndarray
        (output channels, KX, KY, C / groups).
    kernel_size, stride, padding, dilation : pair of int
        Along X and Y.
    groups : int
        Output channels of a group see only that group's input channels.

    Returns
    -------
    ndarray
        (X', Y', output channels), int32 if input and weights are integers, otherwise float64.
    """
    (sx, sy), (px, py), (dx, dy) = (map(int, pair) for pair in (stride, padding, dilation))
    kx, ky = (int(k) for k in kernel_size)
    groups = int(groups)
    padded = np.pad(np.asarray(input_, dtype=float), ((px, px), (py, py), (0, 0)))
    windows = sliding_window_view(padded, (dx * (kx - 1) + 1, dy * (ky - 1) + 1), axis=(0, 1))
    windows = windows[::sx, ::sy, :, ::dx, ::dy]
    kernels = np.asarray(weight, dtype=float)[:, ::-1, ::-1, :]
    outputs, inputs = weight.shape[0] // groups, weight.shape[-1]
    parts = [
        np.tensordot(
            windows[:, :, g * inputs : (g + 1) * inputs],
            kernels[g * outputs : (g + 1) * outputs],
            axes=((2, 3, 4), (3, 1, 2)),
        )
        for g in range(groups)
    ]
    sums = np.concatenate(parts, axis=-1)
    integral = all(np.asarray(a).dtype.kind in "biu" for a in (input_, weight))
    return sums.astype(np.int64).astype(np.int32) if integral else sums


conv_scipy = conv
"""Lava's name for it without Torch; there is only one implementation here."""

LAYOUTS = {
    TensorOrder.NWHC: ((0, 1, 2), (0, 1, 2, 3), (0, 1), False),
    TensorOrder.NCHW: ((2, 1, 0), (0, 3, 2, 1), (1, 0), True),
    TensorOrder.HWCN: ((1, 0, 2), (3, 1, 0, 2), (1, 0), True),
}
"""Where X, Y and C of images, N, X, Y and C of kernels, and X and Y of pairs are; whether kernels are mirrored."""


@known_keywords
def conv_to_sparse(
    input_shape: tuple[int, int, int],
    output_shape: tuple[int, int, int],
    kernel: Array,
    stride: Any,
    padding: Any,
    dilation: Any,
    group: int,
    order: TensorOrder = TensorOrder.NWHC,
) -> tuple[Array, Array, Array]:
    """List the synapses of a convolution, also those of weight 0.

    Parameters
    ----------
    input_shape, output_shape : tuple of int
        In the order W, H, C (``NWHC``), C, H, W (``NCHW``, as in Torch) or H, W, C (``HWCN``, as in TensorFlow).
    kernel : ndarray
        In the order that is named; by ``NWHC`` it is convolved (flipped), by the others correlated, as their owners do.
    stride, padding, dilation : pair of int
        In the order of the image's axes.
    group : int
        Groups of channels that do not mix.
    order : TensorOrder
        ``NWHC``, ``NCHW`` or ``HWCN``.

    Returns
    -------
    target, source, weight : ndarray
        Flat indices into the output and the input in their own orders, and the weights.

    Raises
    ------
    ValueError
        By another order.
    AssertionError
        When the groups do not divide the channels.
    """
    if order not in LAYOUTS:
        raise ValueError(f"order: got {order!r}, allowed are TensorOrder.NWHC, NCHW and HWCN")
    image_axes, kernel_axes, pair_axes, correlates = LAYOUTS[TensorOrder(order)]
    sources, targets = (
        np.arange(np.prod(shape)).reshape([int(n) for n in shape]).transpose(image_axes)
        for shape in (input_shape, output_shape)
    )
    kernel = np.asarray(kernel).transpose(kernel_axes)
    if not correlates:
        kernel = kernel[:, ::-1, ::-1]
    inputs, outputs = sources.shape[2], targets.shape[2]
    if inputs % group or outputs % group:
        raise AssertionError(f"group: {group} groups do not divide {inputs} input and {outputs} output channels")
    grid = np.ogrid[:group, : targets.shape[1], : targets.shape[0], : kernel.shape[2], : kernel.shape[1],
                    : outputs // group, : inputs // group]  # fmt: skip
    part, y, x, ky, kx, out, into = grid
    (sx, sy), (px, py), (dx, dy) = ([int(pair[axis]) for axis in pair_axes] for pair in (stride, padding, dilation))
    from_x, from_y = x * sx + kx * dx - px, y * sy + ky * dy - py
    inside = (from_x >= 0) & (from_x < sources.shape[0]) & (from_y >= 0) & (from_y < sources.shape[1])
    channel = part * (outputs // group) + out
    target, weight = targets[x, y, channel], kernel[channel, kx, ky, into]
    source = sources[from_x % sources.shape[0], from_y % sources.shape[1], part * (inputs // group) + into]
    kept = np.broadcast_to(inside, np.broadcast_shapes(*(axis.shape for axis in grid)))
    return tuple(np.broadcast_to(values, kept.shape)[kept] for values in (target, source, weight))
