"""Which processes of a program are synapses on a chip, and where theirs go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, issparse

from lava_api.magma.compiler.chip_neurons import is_stock, names_of
from lava_api.magma.compiler.process_graph import LeafProcess
from lava_api.magma.core.model.nc.lowering import ALLOCATED_BITS
from lava_api.utils.weightutils import MAX_WEIGHT_BITS, SignMode, checked_sign_mode, determine_sign_mode
from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.errors import MappingError
from loihi_emu.models.memory import Array
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.slices import Slice

LEARNING = "lava_api.magma.core.process.connection.LearningConnectionProcess"
CONV = "lava_api.proc.conv.process.Conv"
IN_TIME = "lava_api.proc.conv_in_time.process.ConvInTime"
SYNAPSES = ("lava_api.proc.dense.process.Dense", "lava_api.proc.sparse.process.Sparse", CONV, IN_TIME)
"""Processes that are synapses, with those derived from them."""


@dataclass(frozen=True)
class ChipRule:
    """What a core stores of a learning rule, and what tells two apart: texts, and traces of the source they read."""

    dw: str | None
    dd: str | None
    dt: str | None
    x1: tuple[float, float] | None
    x2: tuple[float, float] | None
    t_epoch: int

    @property
    def used(self) -> set[str]:
        """Names in the rules."""
        return set(re.findall(r"[a-z]\d*", " ".join(text for text in (self.dw, self.dd, self.dt) if text)))


@dataclass(frozen=True)
class ConnectionLearning:
    """How a connection learns."""

    rule: ChipRule


@dataclass(frozen=True, eq=False)
class Way:
    """From presynaptic neurons, or an input, to postsynaptic neurons.

    `arriving` has for each input of the synapses the element of `pre`, `leaving` for each neuron of `post` the output
    of the synapses: -1 for none; None where all are in order.
    """

    pre: Population | Input
    post: Population
    arriving: NDArray[np.int64] | None
    leaving: NDArray[np.int64] | None

    @property
    def straight(self) -> bool:
        """Whether both sides are in order."""
        return self.arriving is None and self.leaving is None


def is_synapses(leaf: LeafProcess) -> bool:
    """Return whether a process is synapses on the chip."""
    return is_stock(leaf) and bool(set(names_of(leaf.process)) & set(SYNAPSES))


def conv_output(leaf: LeafProcess) -> tuple[int, ...] | None:
    """Return the shape of what a convolution sends; None for all else."""
    return tuple(leaf.process.out_ports.a_out.shape) if CONV in names_of(leaf.process) else None


def connections(leaf: LeafProcess, name: str, way: Way, chip: Chip) -> Iterator[Connection]:
    """Yield the connections that a process of synapses makes along a way: one, or one for each tap in time.

    A weight exponent beyond the chip's field is a MappingError.
    """
    process, names = leaf.process, names_of(leaf.process)
    options = _options(process, name, chip)
    if IN_TIME in names:
        weights = np.asarray(process.vars.weights.init)
        for delay, matrix in enumerate(weights[::-1]):
            named = name if len(weights) == 1 else f"{name}, delay {delay}"
            yield from _dense(named, matrix, way, options | {"delays": np.asarray(delay)})
    elif CONV in names:
        yield from _convolution(process, name, way, options)
    elif issparse(process.vars.weights.init):
        yield from _listed(name, csr_matrix(process.vars.weights.init), way, options)
    else:
        yield from _dense(name, np.asarray(process.vars.weights.init), way, options)


def direct(name: str, way: Way) -> Iterator[Connection]:
    """Yield the connection of messages that arrive without synapses: one of weight 1 for each neuron."""
    size = way.post.size
    ones = csr_matrix((np.ones(size, np.int8), np.arange(size), np.arange(size + 1)), shape=(size, size))
    options = {"sign_mode": "excitatory", "weight_bits": 1, "delays": np.asarray(0), "graded": True}
    yield from _listed(name, ones, Way(way.pre, way.post, way.arriving, None), options)


def _options(process: Any, name: str, chip: Chip) -> dict[str, Any]:
    """Return what all synapses of a process have in common."""
    parameters = process.proc_params
    is_conv = "weight" in process.vars.member_names
    weights = process.weight.init if is_conv else process.vars.weights.init
    learning = _learning(process)
    mode = checked_sign_mode(parameters) or (SignMode.MIXED if learning else determine_sign_mode(weights))
    exponent = int(np.asarray(parameters.get("weight_exp", 0)).reshape(-1)[0])
    if chip.name == LOIHI1.name and not is_conv and not chip.weight_exp_min <= exponent <= chip.weight_exp_max:
        raise MappingError(
            f'connection "{name}", weight_exp: got {exponent}, {chip.name} has '
            f"{chip.weight_exp_min}..{chip.weight_exp_max}. Scale weights, thresholds and biases together.",
            resource="weight_exp", need=exponent, have=chip.weight_exp_max if exponent > 0 else chip.weight_exp_min,
        )  # fmt: skip
    longest = 0
    if "delays" in process.vars.member_names:
        delays = process.delays.init
        longest = int(delays.max() if issparse(delays) else np.max(delays))
    bits = parameters.get(ALLOCATED_BITS) or parameters.get("num_weight_bits", MAX_WEIGHT_BITS)
    bits = int(np.asarray(bits).reshape(-1)[0])
    return {
        "sign_mode": mode.name.lower(),
        "weight_bits": min(max(bits, 1), MAX_WEIGHT_BITS),
        "weight_exp": exponent,
        "delays": np.asarray(longest),
        "graded": bool(np.any(np.asarray(process.num_message_bits.init) > 0)),
        "learning": learning,
    }


def _learning(process: Any) -> ConnectionLearning | None:
    if LEARNING not in names_of(process):
        return None
    rule = process.proc_params["learning_rule"]
    traces = [
        (float(getattr(rule, f"{name}_impulse")), float(getattr(rule, f"{name}_tau")))
        if name in rule.active_traces
        else None
        for name in ("x1", "x2")
    ]
    return ConnectionLearning(ChipRule(rule.dw_str, rule.dd_str, rule.dt_str, traces[0], traces[1], int(rule.t_epoch)))


def _dense(name: str, weights: Array, way: Way, options: dict[str, Any]) -> Iterator[Connection]:
    """Yield the connection of a matrix: as it is, or, along a way that reorders or leaves out, as a list."""
    if way.straight:
        yield Connection(name, _whole(way.pre), _whole(way.post), "dense", weights, **options)
        return
    if options.get("learning") is None:
        yield from _listed(name, csr_matrix(weights), way, options)
        return
    targets, sources = weights.shape
    columns = np.tile(np.arange(sources), targets)
    rows = np.arange(targets + 1) * sources
    yield from _listed(name, csr_matrix((weights.reshape(-1), columns, rows), shape=weights.shape), way, options)


def _listed(name: str, matrix: Any, way: Way, options: dict[str, Any]) -> Iterator[Connection]:
    """Yield the connection of the synapses that a matrix (outputs by inputs) stores."""
    if way.leaving is not None:
        kept = np.flatnonzero(way.leaving >= 0)
        part = matrix[way.leaving[kept]]
        targets = np.repeat(kept, np.diff(part.indptr))
    else:
        part = matrix
        targets = np.repeat(np.arange(matrix.shape[0]), np.diff(part.indptr))
    sources, values = part.indices, part.data
    if way.arriving is not None:
        sources = way.arriving[sources]
    there = sources >= 0
    if options.get("learning") is None:
        there &= values != 0
    if not there.all():
        targets, sources, values = targets[there], sources[there], values[there]
    if not len(values):
        return
    by_source = coo_matrix((values, (targets, sources)), shape=(way.post.size, way.pre.size)).tocsc()
    by_source.sort_indices()
    yield Connection(
        name, _whole(way.pre), _whole(way.post), "sparse", by_source.data,
        indptr=by_source.indptr.astype(np.int64), indices=by_source.indices.astype(np.int32), **options,
    )  # fmt: skip


def _convolution(process: Any, name: str, way: Way, options: dict[str, Any]) -> Iterator[Connection]:
    """Yield the connection of a convolution: with shared weights, or, along a way that reorders, as a list."""
    from lava_api.proc.conv.utils import conv_to_sparse

    weight = np.asarray(process.weight.init)
    stride, padding, dilation = (
        tuple(int(k) for k in np.ravel(var.init)) for var in (process.stride, process.padding, process.dilation)
    )
    groups = int(np.ravel(process.groups.init)[0])
    if way.straight and way.post.shape == process.output_shape:
        pre = way.pre
        if pre.shape != tuple(process.input_shape):  # the same elements in the same order
            pre = replace(pre, shape=tuple(process.input_shape))
        conv = Conv2D(weight[:, ::-1, ::-1], stride=stride, padding=padding, dilation=dilation, groups=groups)
        yield Connection(name, _whole(pre), _whole(way.post), "conv", weight, conv=conv, **options)
        return
    targets, sources, values = conv_to_sparse(
        process.input_shape, process.output_shape, weight, stride, padding, dilation, groups
    )
    shape = (process.a_out.size, process.s_in.size)
    yield from _listed(name, coo_matrix((values, (targets, sources)), shape=shape).tocsr(), way, options)


def _whole(node: Population | Input) -> Slice:
    return Slice(node, 0, node.size)
