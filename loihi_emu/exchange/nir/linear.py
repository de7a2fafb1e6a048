"""Nodes between neurons: each is a sparse matrix, with a constant that it adds and a delay.

Affine, Linear and Scale have theirs; convolutions and pools are cross-correlations written out; Flatten and what leads
into and out of an inner graph only change the shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.flat import PASS
from loihi_emu.exchange.nir.numbers import Floats, one, pair, reals, shape_of
from loihi_emu.exchange.nir.primitives import Node
from loihi_emu.exchange.notes import Notes

Shape = tuple[int, ...]
MOST_ENTRIES = 1 << 26
"""Of one matrix: synapses that are written out."""


@dataclass(frozen=True)
class Linear:
    """What a node does: ``matrix @ x + constant``, `delay` later (in the unit of the file; one number or one a value).

    A matrix or constant of None is none.
    """

    shape: Shape
    matrix: Any = None
    constant: Floats | None = None
    delay: Floats | None = None


def linear_of(node: Node, arriving: Shape, notes: Notes) -> Linear:
    """What a node does to values of the shape that arrives."""
    return LINEAR[node.kind](node, arriving, notes)


def _product(node: Node, arriving: Shape, notes: Notes) -> Linear:
    weight = reals(node, "weight")
    if weight.ndim < 2 or 0 in weight.shape:
        raise invalid(node.place, "weight", f"shape {weight.shape}", "shape (outputs, inputs)")
    before, (n_out, n_in) = weight.shape[:-2], weight.shape[-2:]
    _check_size(node, arriving, (*before, n_in))
    many = prod(before)
    _check_entries(node, weight.size)
    matrix = (
        sparse.csr_matrix(weight.reshape(n_out, n_in))
        if many == 1
        else sparse.block_diag(list(weight.reshape(many, n_out, n_in)), format="csr")
    )
    constant = None
    if node.kind == "Affine":
        given = reals(node, "bias")
        if given.size not in (1, many * n_out):
            raise invalid(
                node.place, "bias", f"shape {given.shape}", f"shape {(*before, n_out)}, as weight has outputs"
            )
        constant = np.broadcast_to(given.reshape(-1), (many * n_out,)).copy()
    return Linear((*before, n_out), matrix, constant)


def _scale(node: Node, arriving: Shape, notes: Notes) -> Linear:
    scale = reals(node, "scale")
    if scale.size != 1:
        _check_size(node, arriving, scale.shape)
    factors = np.broadcast_to(scale.reshape(-1), (prod(arriving),))
    return Linear(arriving, sparse.diags(factors, format="csr"))


def _delay(node: Node, arriving: Shape, notes: Notes) -> Linear:
    delay = reals(node, "delay")
    if delay.size != 1:
        _check_size(node, arriving, delay.shape)
    if (delay < 0).any():
        raise invalid(node.place, "delay", f"{delay.min():g}", "0 and more", advice="What is to come cannot be known.")
    return Linear(arriving, delay=np.broadcast_to(delay.reshape(-1), (prod(arriving),)).copy())


def _pass(node: Node, arriving: Shape, notes: Notes) -> Linear:
    if "shape" in node.values:
        wanted = shape_of(node)
        _check_size(node, arriving, wanted)
        if wanted != arriving:
            notes.exact.append(f"{node.place}: shape {wanted} in the file, {arriving} arrives: read value by value.")
            return Linear(wanted)
    return Linear(arriving)


def _flatten(node: Node, arriving: Shape, notes: Notes) -> Linear:
    first, last = one(node, "start_dim"), one(node, "end_dim")
    axes = len(arriving)
    for name, axis in (("start_dim", first), ("end_dim", last)):
        if not -axes <= axis < axes and not (axes == 1 and name == "start_dim" and axis == 1):
            raise invalid(node.place, name, axis, f"{-axes}..{axes - 1}, an axis of the shape {arriving} that arrives")
    # nir's default, start_dim 1, leaves out the axis of a batch, which shapes do not have.
    first, last = min(first % axes if first != axes else 0, axes - 1), last % axes
    if first > last:
        raise invalid(node.place, "start_dim", first, f"at most end_dim {last}")
    return Linear((*arriving[:first], prod(arriving[first : last + 1]), *arriving[last + 1 :]))


def _conv1d(node: Node, arriving: Shape, notes: Notes) -> Linear:
    weight = reals(node, "weight")
    if weight.ndim != 3 or 0 in weight.shape:
        raise invalid(
            node.place, "weight", f"shape {weight.shape}", "shape (channels out, channels in / groups, length)"
        )
    if len(arriving) != 2:
        raise invalid(node.place, "shape", f"shape {arriving}", "shape (channels, length) before a Conv1d")
    made = _correlation(node, weight[:, :, None, :], (arriving[0], 1, arriving[1]), 1)
    return Linear((made.shape[0], made.shape[2]), made.matrix, made.constant)


def _conv2d(node: Node, arriving: Shape, notes: Notes) -> Linear:
    weight = reals(node, "weight")
    if weight.ndim != 4 or 0 in weight.shape:
        allowed = "shape (channels out, channels in / groups, rows, columns)"
        raise invalid(node.place, "weight", f"shape {weight.shape}", allowed)
    if len(arriving) != 3:
        raise invalid(node.place, "shape", f"shape {arriving}", "shape (channels, rows, columns) before a Conv2d")
    return _correlation(node, weight, (arriving[0], arriving[1], arriving[2]), 2)


def _correlation(node: Node, weight: Floats, arriving: tuple[int, int, int], axes: int) -> Linear:
    """A convolution, of which one of one axis has one row."""
    groups = one(node, "groups")
    channels, per_group = weight.shape[:2]
    if groups < 1 or channels % groups or arriving[0] != per_group * groups:
        given = f"weight of shape {weight.shape} with {groups} groups, and {arriving[0]} channels that arrive"
        raise invalid(node.place, "weight", given, "channels in / groups on its second axis")
    stride = (1,) * (2 - axes) + pair(node, "stride", axes, 1)
    dilation = (1,) * (2 - axes) + pair(node, "dilation", axes, 1)
    padding = ((0, 0),) * (2 - axes) + _padding(node, weight.shape[4 - axes :], dilation[2 - axes :], stride, axes)
    windows, shape = _windows(node, arriving[1:], weight.shape[2:], stride, padding, dilation)
    _check_entries(node, channels * per_group * windows[0].size)
    at_out, at_in, kernel = windows
    n_out, n_in = prod(shape), prod(arriving[1:])
    rows, columns, values = [], [], []
    flat = weight.reshape(channels, per_group, -1)
    for out in range(channels):
        first = out // (channels // groups) * per_group
        for k in range(per_group):
            rows.append(out * n_out + at_out)
            columns.append((first + k) * n_in + at_in)
            values.append(flat[out, k][kernel])
    size = (channels * n_out, arriving[0] * n_in)
    matrix = sparse.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=size)
    constant = None
    if "bias" in node.values:
        bias = reals(node, "bias")
        if bias.size not in (1, channels):
            raise invalid(node.place, "bias", f"shape {bias.shape}", f"one for each of the {channels} channels")
        constant = np.repeat(np.broadcast_to(bias.reshape(-1), (channels,)), n_out)
    return Linear((channels, *shape), matrix, constant)


def _pool(node: Node, arriving: Shape, notes: Notes) -> Linear:
    if len(arriving) != 3:
        raise invalid(node.place, "shape", f"shape {arriving}", f"shape (channels, rows, columns) before a {node.kind}")
    size, stride, padding = pair(node, "kernel_size", 2, 1), pair(node, "stride", 2, 1), pair(node, "padding", 2, 0)
    windows, shape = _windows(node, arriving[1:], size, stride, tuple((p, p) for p in padding), (1, 1))
    at_out, at_in, _ = windows
    _check_entries(node, arriving[0] * at_out.size)
    value = 1.0 if node.kind == "SumPool2d" else 1.0 / prod(size)
    one_channel = sparse.csr_matrix((np.full(at_out.size, value), (at_out, at_in)), (prod(shape), prod(arriving[1:])))
    return Linear((arriving[0], *shape), sparse.kron(sparse.identity(arriving[0]), one_channel, format="csr"))


def _padding(node: Node, kernel: Any, dilation: Any, stride: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """Zeros before and after, by axis."""
    given = node.values["padding"]
    if not isinstance(given, str):
        return tuple((p, p) for p in pair(node, "padding", axes, 0))
    if given == "valid":
        return ((0, 0),) * axes
    if given == "same" and all(k == 1 for k in stride):
        spread = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return tuple((k // 2, k - k // 2) for k in spread)
    raise invalid(node.place, "padding", f'"{given}"', '"valid", "same" with stride 1, or whole numbers')


def _windows(node: Node, size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Any, Shape]:
    """Which values of one channel each position sees: positions, values, and places in the kernel, as flat indices."""
    each, shape = [], []
    for n, k, s, (low, high), d in zip(size, kernel, stride, padding, dilation, strict=True):
        count = (n + low + high - d * (k - 1) - 1) // s + 1
        if count < 1:
            given = f"a kernel of {d * (k - 1) + 1} on {n} values with {low + high} of padding"
            raise invalid(node.place, "weight" if "weight" in node.values else "kernel_size", given, "one that fits")
        _check_entries(node, count * k)
        position, place = np.repeat(np.arange(count), k), np.tile(np.arange(k), count)
        at = position * s - low + place * d
        inside = (at >= 0) & (at < n)
        each.append((position[inside], at[inside], place[inside]))
        shape.append(count)
    (y, iy, ky), (x, ix, kx) = each
    _check_entries(node, y.size * x.size)
    counts = (shape[1], size[1], kernel[1])
    joined = tuple(
        (a[:, None] * n + b[None, :]).ravel() for a, b, n in zip((y, iy, ky), (x, ix, kx), counts, strict=True)
    )
    return joined, tuple(shape)


def _check_size(node: Node, arriving: Shape, wanted: Shape) -> None:
    if prod(arriving) != prod(wanted):
        raise invalid(
            node.place, "shape", f"{prod(arriving)} values of shape {arriving}", f"{prod(wanted)}, as {wanted}"
        )


def _check_entries(node: Node, count: int) -> None:
    if count > MOST_ENTRIES:
        allowed = f"at most {MOST_ENTRIES:,} synapses of one node"
        raise invalid(node.place, "shape", f"{count:,} synapses", allowed, advice="Split the node.")


LINEAR: dict[str, Callable[[Node, Shape, Notes], Linear]] = {
    "Affine": _product, "Linear": _product, "Scale": _scale, "Delay": _delay, "Flatten": _flatten, "Conv1d": _conv1d,
    "Conv2d": _conv2d, "SumPool2d": _pool, "AvgPool2d": _pool, "Output": _pass, PASS: _pass,
}  # fmt: skip
