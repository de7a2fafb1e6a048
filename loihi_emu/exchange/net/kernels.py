"""Kernels of convolutions, pools and their transposes: shapes, and all their synapses as one sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.errors import invalid
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.numbers import Ints, pair, whole
from loihi_emu.exchange.notes import Notes

Shape = tuple[int, ...]
MOST_SYNAPSES = 1 << 28
"""Of a layer whose synapses are written out, which takes 16 bytes each."""


@dataclass(frozen=True, eq=False)
class ConvKernel:
    """A kernel on an image of (channels, rows, columns).

    Attributes
    ----------
    weight : array, shape (outputs, inputs / groups, KH, KW)
        Of a transposed convolution (inputs, outputs / groups, KH, KW).
    stride, padding, dilation : (int, int)
        Rows, columns.
    groups : int
    transposed : bool
    """

    weight: Ints
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    transposed: bool

    def output_shape(self, shape: Shape) -> Shape:
        """What comes of an image, at least; (0, ...) where the kernel does not fit."""
        channels = self.weight.shape[0] if not self.transposed else self.weight.shape[1] * self.groups
        size = []
        for k in (0, 1):
            reach = self.dilation[k] * (self.weight.shape[2 + k] - 1) + 1
            if self.transposed:
                size.append((shape[1 + k] - 1) * self.stride[k] - 2 * self.padding[k] + reach)
            else:
                size.append((shape[1 + k] + 2 * self.padding[k] - reach) // self.stride[k] + 1)
        return (channels, size[0], size[1])

    def allows(self, found: Shape, told: Shape) -> bool:
        """Whether a file may tell this shape: pools and transposes can be a little larger at their ends."""
        more = [b - a for a, b in zip(found[1:], told[1:], strict=True)]
        room = [k - 1 for k in self.stride] if self.transposed else [1, 1]
        return found[0] == told[0] and all(0 <= a <= b for a, b in zip(more, room, strict=True))

    def matrix(self, shape: Shape, target: Shape, place: str) -> Any:
        """All synapses, (targets, sources) in the order channel, row, column."""
        image = shape if self.transposed else target
        total = self.weight.size * image[1] * image[2]
        if total > MOST_SYNAPSES:
            given = f"{total} synapses that are to be written out"
            raise invalid(
                place, "", given, f"at most {MOST_SYNAPSES}", advice="Plain convolutions are never written out."
            )
        if self.transposed:
            return _written_out(self, target, shape).T.tocsr()
        return _written_out(self, shape, target)


def kernel_of(layer: Layer, weight: Any, channels: int, notes: Notes) -> ConvKernel:
    """The kernel of a layer onto which so many channels lead; `weight` are its weights, or a part of complex ones."""
    place, sets, kind = layer.place, layer.sets, layer.kind
    w = whole(place, "weight", weight, notes)
    if w.ndim == 5 and w.shape[4] == 1:
        w = w[..., 0]
    pools, transposed = kind in ("pool", "unpool"), kind in ("convT", "unpool")
    if pools and w.ndim == 2:
        w = w[None, None]
    if w.ndim != 4 or 0 in w.shape or (pools and w.shape[:2] != (1, 1)):
        form = "(1, 1, rows, columns)" if pools else "(outputs, inputs, rows, columns)"
        raise invalid(place, "weight", f"shape {w.shape}", form)
    size = pair(place, "kernelSize", sets.get("kernelSize", w.shape[2:]), 1, notes)
    if size != w.shape[2:]:
        raise invalid(place, "kernelSize", str(size), f"{w.shape[2:]}, as weight has it")
    stride = pair(place, "stride", sets.get("stride", w.shape[2:] if pools else 1), 1, notes)
    padding = pair(place, "padding", sets.get("padding", 0), 0, notes)
    dilation = pair(place, "dilation", sets.get("dilation", 1), 1, notes)
    if pools:
        w = np.ascontiguousarray(np.broadcast_to(w, (channels, 1, *w.shape[2:])))
        return ConvKernel(w, stride, padding, dilation, channels, transposed)
    groups = int(whole(place, "groups", sets.get("groups", 1), notes).reshape(-1)[:1].sum())
    inputs = w.shape[0] if transposed else w.shape[1] * groups
    if not 1 <= groups <= w.shape[0] or w.shape[0] % groups or inputs != channels:
        given = f"shape {w.shape} with {groups} groups"
        raise invalid(place, "weight", given, f"weights for the {channels} channels that lead to it")
    told = {"inChannels": inputs, "outChannels": w.shape[1] * groups if transposed else w.shape[0]}
    for name, number in told.items():
        if name in sets and whole(place, name, sets[name], notes).reshape(-1).tolist() != [number]:
            raise invalid(place, name, sets[name], f"{number}, as weight has it")
    return ConvKernel(w, stride, padding, dilation, groups, transposed)


def _written_out(k: ConvKernel, shape: Shape, target: Shape) -> Any:
    """The synapses of a convolution from `shape` to `target`; what lies outside the image is 0."""
    outputs, inputs, height, width = k.weight.shape
    post = np.arange(outputs)
    pre = (post // (outputs // k.groups) * inputs)[:, None] + np.arange(inputs)
    rows, columns, values = [], [], []
    for ky in range(height):
        y = np.arange(target[1])
        source_y = y * k.stride[0] - k.padding[0] + ky * k.dilation[0]
        inside_y = (source_y >= 0) & (source_y < shape[1])
        for kx in range(width):
            x = np.arange(target[2])
            source_x = x * k.stride[1] - k.padding[1] + kx * k.dilation[1]
            inside_x = (source_x >= 0) & (source_x < shape[2])
            to = (y[inside_y, None] * target[2] + x[inside_x]).reshape(-1)
            of = (source_y[inside_y, None] * shape[2] + source_x[inside_x]).reshape(-1)
            size = (outputs, inputs, to.size)
            rows.append(np.broadcast_to(post[:, None, None] * (target[1] * target[2]) + to, size).reshape(-1))
            columns.append((pre[:, :, None] * (shape[1] * shape[2]) + of).reshape(-1))
            values.append(np.broadcast_to(k.weight[:, :, ky, kx, None], size).reshape(-1))
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    full = (int(np.prod(target)), int(np.prod(shape)))
    return sparse.coo_matrix(entries, shape=full, dtype=np.int64).tocsr()
