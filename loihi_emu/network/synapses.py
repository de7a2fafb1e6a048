"""Weights as users give them (arrays, sparse matrices, index lists, kernels), turned into a checked Connection."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.memory.room import room_for
from loihi_emu.models.layout import ONE_PORT
from loihi_emu.network import built
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.elements import Connection
from loihi_emu.network.listed import LATE, keeps_order, narrow, rows
from loihi_emu.network.lost_weights import loss, tell_loss
from loihi_emu.network.slices import Selection, Slice
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.numeric import COPY_BYTES, flag, numbers, ranged, whole
from loihi_emu.rules import RuleSet
from loihi_emu.rules.weights import EFFECTIVE_MAX, sign_mode_of
from loihi_emu.units import IN_STEPS
from loihi_emu.user_warnings import heard

SPARSELY = "Connect sparsely: (pre indices, post indices, values) or a scipy.sparse matrix."
KINDS = ("auto", "dense", "sparse", "conv")
DENSE_FILL = 0.25
"""A plain array with less than this fraction of non-zero weights is stored sparse."""


def connection(
    name: str,
    pre: Slice,
    post: Slice,
    weights: Any,
    *,
    rules: RuleSet,
    max_delay: int,
    weight_exp: int = 0,
    weight_bits: int = 8,
    sign_mode: str = "auto",
    delays: Any = 0,
    graded: bool = False,
    kind: str = "auto",
    scaled: bool = False,
    learns: bool = False,
    order: str = "auto",
    port: str = ONE_PORT[0],
    synapses: Any = None,
    seed: int = 0,
    stream: int = 0,
) -> Connection:
    """Check everything about a connection and put its synapses in order. See :meth:`loihi_emu.Network.connect`.

    Of neurons that are chosen one by one a list remains, between the whole populations.
    """
    where = f'connection "{name}"'
    if not is_known(kind, KINDS):
        raise unknown("kind", kind, KINDS, where=where)
    graded, scaled = flag(where, "graded", graded), flag(where, "scaled", scaled)
    bits, exp = rules.weights.precision(where, weight_bits, weight_exp, scaled)
    common = {"weight_bits": bits, "weight_exp": exp, "graded": graded, "scaled": scaled, "port": port}
    order = keeps_order(where, order)

    if synapses is None:
        built.no_distributions(where, weights=weights, delays=delays)
    else:
        recipe, listed = built.recipe_of(
            where, pre, post, synapses, weights, delays, rules=rules, max_delay=max_delay, seed=seed, stream=stream
        )
        if built.is_kept(recipe, listed, rules, learns, kind) and not _chosen(pre, post):
            made = built.drawn(name, pre, post, recipe, common)
            mode = built.check_outcomes(made, weights, rules, sign_mode, where)
            return built.drawn(name, pre, post, recipe, common | {"sign_mode": mode})
        lists = built.lists_of(where, recipe, listed, rules)
        if not built.is_matrix(recipe, kind) or _scattered(pre, post):
            if kind not in ("auto", "sparse"):
                raise invalid(where, "kind", repr(kind), '"auto" or "sparse" for these synapses')
            made = _listed(name, pre, post, lists, rules, where, common, max_delay, _within(pre, post, order))
            return _finished(made, rules, sign_mode, where)
        weights, delays = _matrices((post.size, pre.size), *lists)
        kind = "dense"

    if isinstance(weights, Conv2D):
        if kind not in ("auto", "conv"):
            raise invalid(where, "kind", repr(kind), '"conv" for Conv2D weights')
        made = _convolution(name, pre, post, weights, rules, delays, where, common, max_delay)
    elif _is_sparse(weights) or isinstance(weights, tuple):
        made = _sparse(name, pre, post, weights, rules, delays, where, common, max_delay, order)
    else:
        made = _dense(name, pre, post, weights, rules, delays, where, common, kind, learns, max_delay, order)
    if kind not in ("auto", made.kind):
        raise invalid(where, "kind", repr(kind), f'"auto" or "{made.kind}" for these weights')
    return _finished(made, rules, sign_mode, where)


def _chosen(pre: Slice, post: Slice) -> bool:
    """Whether neurons of a side are chosen one by one."""
    return isinstance(pre, Selection) or isinstance(post, Selection)


def _within(pre: Slice, post: Slice, order: str) -> str:
    """The order of synapses that come by source, then target: that of the chosen neurons is not the population's."""
    return order if _chosen(pre, post) else "sorted"


def _scattered(pre: Slice, post: Slice) -> bool:
    """Whether neurons of a side do not follow one another, so that no matrix is kept."""
    return pre.step > 1 or post.step > 1 or _chosen(pre, post)


def with_values(old: Connection, values: Any, rules: RuleSet, *, stored: bool = False) -> Connection:
    """The same connection with other weights, checked as at construction (its sign mode stays).

    `stored`: those of a sparse connection are in the order of its rows, not in that given.
    """
    where, old = f'connection "{old.name}"', unpacked(old)
    values = values if hasattr(values, "shape") else numbers(where, "weights", values)
    whole_matrix = old.kind == "sparse" and np.shape(values) == (old.post.size, old.pre.size)
    if whole_matrix:
        values = _picked(old, values, where)
    plain = _plain(values, old.values.shape, where, "weights") if _is_sparse(values) else values
    array = rules.weights.numbers(where, plain)
    if array.shape != old.values.shape:
        either = f", one per stored synapse, or (n_post, n_pre) = {(old.post.size, old.pre.size)}"
        allowed = f"{old.values.shape}{either if old.kind == 'sparse' else ''}"
        raise invalid(where, "weights", f"shape {array.shape}", allowed)
    changed = replace(old, values=array if whole_matrix or stored else old.by_source(array))
    if old.conv is not None:
        changed = replace(changed, conv=replace(old.conv, kernel=array))
    made = _finished(changed, rules, old.sign_mode, where)
    tell_loss(made, rules, loss(old, rules))
    return made


def with_stored(old: Connection, values: NDArray[Any], rules: RuleSet) -> Connection:
    """The same with weights of a checkpoint: in the order stored; what they lose was told when they were set.

    With its own weights it is the same object, so that an image need not be made of it anew; where these
    are drawn it is another, since a checkpoint has none of those.
    """
    if old.kind == "sparse" and not old.drawn and np.array_equal(unpacked(old).values, values):
        return old
    with heard():
        return with_values(old, values, rules, stored=old.kind == "sparse")


def _picked(old: Connection, matrix: Any, where: str) -> NDArray[Any]:
    """The values of a whole matrix, plain or sparse, at the synapses of a sparse connection."""
    assert old.indptr is not None and old.indices is not None
    before = np.repeat(np.arange(old.pre.size), np.diff(old.indptr))
    if np.any((before[1:] == before[:-1]) & (old.indices[1:] == old.indices[:-1])):
        advice = "Give one value per stored synapse."
        raise invalid(where, "weights", "a matrix", "a list: some neurons are connected several times", advice=advice)
    table: Any = matrix.tocsr() if _is_sparse(matrix) else np.asarray(matrix)
    picked = np.asarray(table[old.indices, before]).reshape(-1)
    total = table.count_nonzero() if _is_sparse(table) else np.count_nonzero(table)
    more = int(total - np.count_nonzero(picked))
    if more:
        advice = 'Make the connection with kind="dense" to set any weight.'
        raise invalid(
            where, "weights", f"{more} weights where there is no synapse", "weights of the synapses", advice=advice
        )
    return picked


def _finished(made: Connection, rules: RuleSet, sign_mode: str, where: str) -> Connection:
    """Resolve the sign mode, check the mantissas and store them in 16 bits, or those of lists in 8, when they fit."""
    mode = sign_mode_of(made.values, sign_mode, where)
    values = made.values
    built.check_range(where, values, mode, made.kind, made.scaled, rules)
    if made.kind == "sparse":
        values = narrow(values)
    elif values.dtype == np.int64 and (values.size == 0 or max(values.max(), -values.min()) <= EFFECTIVE_MAX):
        values = values.astype(np.int16)
    return replace(made, values=values, sign_mode=mode)


def _is_sparse(weights: Any) -> bool:
    """Whether these are a scipy.sparse matrix or array; scipy is not imported to find out."""
    module = sys.modules.get("scipy.sparse")
    return module is not None and bool(module.issparse(weights))


def _plain(matrix: Any, shape: tuple[int, ...], where: str, name: str) -> Any:
    """A sparse matrix as an array of the shape that is wanted."""
    if matrix.shape != shape:
        raise invalid(where, name, f"shape {matrix.shape}", f"{shape}")
    room_for(where, {f"{name} of a sparse matrix, as {shape[0]:,} x {shape[-1]:,} values": 8 * prod(shape)})
    return matrix.toarray()


def _shape_checked(shape: tuple[int, ...], pre: Slice, post: Slice, where: str, name: str = "weights") -> None:
    wanted = (post.size, pre.size)
    if shape != wanted:
        hint = "This is the transpose: pass it with .T." if shape == wanted[::-1] else ""
        raise invalid(where, name, f"shape {shape}", f"(n_post, n_pre) = {wanted}", advice=hint)


def _dense(
    name: str,
    pre: Slice,
    post: Slice,
    weights: Any,
    rules: RuleSet,
    delays: Any,
    where: str,
    common: dict[str, Any],
    kind: str,
    learns: bool,
    max_delay: int,
    order: str,
) -> Connection:
    values = rules.weights.numbers(where, weights)
    if values.ndim == 0:
        room_for(where, {f"{post.size:,} x {pre.size:,} weights": COPY_BYTES * post.size * pre.size}, SPARSELY)
        values = np.full((post.size, pre.size), values)
    _shape_checked(values.shape, pre, post, where)
    if _is_sparse(delays):
        _shape_checked(delays.shape, pre, post, where, "delays")
        delays = _plain(delays, values.shape, where, "delays")
    steps = whole(where, "delays", delays, IN_STEPS)
    if steps.ndim:
        _shape_checked(steps.shape, pre, post, where, "delays")
    steps = _bytes(where, steps, max_delay)
    few = kind == "auto" and not learns and np.count_nonzero(values) < DENSE_FILL * values.size
    if kind == "sparse" or few or _scattered(pre, post):
        # Of what learns, every entry is a synapse, which can grow from 0.
        columns, rows = np.nonzero(np.ones_like(values.T) if learns else values.T)
        picked = steps if steps.ndim == 0 else steps[rows, columns]
        lists = columns, rows, values[rows, columns], picked
        return _listed(name, pre, post, lists, rules, where, common, max_delay, _within(pre, post, order))
    return Connection(name, pre, post, "dense", values, steps, **common)


def _sparse(
    name: str, pre: Slice, post: Slice, weights: Any, rules: RuleSet, delays: Any, where: str, common: dict[str, Any],
    max_delay: int, order: str,
) -> Connection:  # fmt: skip
    if isinstance(weights, tuple):
        if len(weights) != 3:
            raise invalid(where, "weights", f"a tuple of {len(weights)}", "(pre indices, post indices, values)")
        for side, given in (("pre indices", weights[0]), ("post indices", weights[1])):
            if np.asarray(given).dtype.kind == "b":
                raise invalid(
                    where, side, "a mask of booleans", "indices", advice="numpy.flatnonzero(mask) gives them."
                )
        before, after = numbers(where, "pre indices", weights[0]), numbers(where, "post indices", weights[1])
        values, steps = numbers(where, "weights", weights[2]), numbers(where, "delays", delays, IN_STEPS)
        if before.ndim != 1 or before.shape != after.shape or values.shape not in ((), before.shape):
            given = f"pre indices, post indices and values of shapes {before.shape}, {after.shape}, {values.shape}"
            raise invalid(where, "weights", given, "three lists of equal length (or one value for all)")
        if steps.ndim and steps.shape != before.shape:
            raise invalid(where, "delays", f"shape {steps.shape}", f"a scalar or {before.size} values")
        return _listed(name, pre, post, (before, after, values, steps), rules, where, common, max_delay, order)
    matrix = weights.tocoo()
    _shape_checked(matrix.shape, pre, post, where)
    if _is_sparse(delays):
        steps = _aligned(delays, matrix, where)
    else:
        steps = whole(where, "delays", delays, IN_STEPS)
        if steps.ndim:
            _shape_checked(steps.shape, pre, post, where, "delays")
            steps = steps[matrix.row, matrix.col]
    lists = matrix.col, matrix.row, matrix.data, steps
    return _listed(name, pre, post, lists, rules, where, common, max_delay, order)


def _listed(
    name: str, pre: Slice, post: Slice, lists: tuple[Any, Any, Any, Any], rules: RuleSet, where: str,
    common: dict[str, Any], max_delay: int, order: str,
) -> Connection:  # fmt: skip
    """A connection of lists of pre indices, post indices, values and delays.

    From or to neurons that are chosen one by one it leads between the whole populations.
    """
    weights = rules.weights
    check = partial(weights.numbers, where)
    chosen: tuple[NDArray[Any] | None, NDArray[Any] | None] = (None, None)
    if _chosen(pre, post):
        chosen = pre.indices, post.indices
        pre, post = pre.target[:], post.target[:]
    found = rows(where, (pre.size, post.size), lists, check, weights.floats, max_delay, order, chosen)
    return Connection(
        name, pre, post, "sparse", found.values, found.delays, found.indptr, found.indices,
        order=found.order, ordered=found.ordered, **common,
    )  # fmt: skip


def _matrices(shape: tuple[int, int], before: Any, after: Any, values: Any, steps: Any) -> tuple[Any, Any]:
    """Weights and delays of lists as matrices, 0 where there is no synapse."""
    weights = np.zeros(shape, np.asarray(values).dtype)
    weights[after, before] = values
    if not np.ndim(steps):
        return weights, steps
    delays = np.zeros(shape, steps.dtype)
    delays[after, before] = steps
    return weights, delays


def _bytes(where: str, steps: NDArray[np.int64], max_delay: int) -> NDArray[Any]:
    """Delays within their range: bytes, or one number for all."""
    ranged(where, "delays", steps, 0, max_delay, LATE)
    return steps.astype(np.uint8) if steps.ndim else steps


def _aligned(delays: Any, matrix: Any, where: str) -> NDArray[np.int64]:
    """Delays of a sparse matrix at the places of the weights; a place without one has delay 0."""
    if delays.shape != matrix.shape:
        raise invalid(where, "delays", f"shape {delays.shape}", f"the weights' {matrix.shape}")
    given = delays.tocoo()
    table = delays.tocsr()
    if len(given.data) != len(np.unique(given.row.astype(np.int64) * delays.shape[1] + given.col)):
        raise invalid(
            where, "delays", "a matrix with two entries at one place", "one entry a place",
            advice="Pass (pre indices, post indices, values) with one delay per synapse.",
        )  # fmt: skip
    return whole(where, "delays", np.asarray(table[matrix.row, matrix.col]).reshape(-1), IN_STEPS)


def _convolution(
    name: str, pre: Slice, post: Slice, conv: Conv2D, rules: RuleSet, delays: Any, where: str, common: dict[str, Any],
    max_delay: int,
) -> Connection:  # fmt: skip
    for side in (pre, post):
        if side.size != side.target.size or isinstance(side, Selection):
            raise invalid(where, "Conv2D", side.name, "whole populations")
    values = rules.weights.numbers(where, conv.kernel)
    out = conv.output_shape(pre.target.shape)
    if post.target.shape != out:
        raise invalid(where, "post shape", str(post.target.shape), f"{out} for this kernel and input shape")
    steps = whole(where, "delays", delays, IN_STEPS)
    if steps.ndim:
        raise invalid(where, "delays", f"shape {steps.shape}", "one delay for a convolution")
    return Connection(name, pre, post, "conv", values, _bytes(where, steps, max_delay), conv=conv, **common)
