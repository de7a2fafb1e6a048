"""The size of an image, from the network alone: what of it takes how many bytes, known before anything is allocated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from loihi_emu.image.drawn import AT_ONCE
from loihi_emu.image.groups import is_uniform
from loihi_emu.image.packed import shared
from loihi_emu.image.recorders import FIRST_ROWS, FIRST_SPIKES, FIRST_VALUES
from loihi_emu.image.rows import BLOCK, MOST_BITS
from loihi_emu.image.stores import different_delays
from loihi_emu.memory.room import LARGE, room_for
from loihi_emu.models import layout as at
from loihi_emu.network.elements import Connection, Input, Population, Probe
from loihi_emu.network.network import Network
from loihi_emu.network.synapse_order import held_of
from loihi_emu.ranks.ranks import Ranks

BUILT_DENSE, BUILT_SPARSE_FLOAT, BUILT_LEARNING = 1, 48, 14
"""Bytes a synapse that building needs for a moment, as measured: masks, 64-bit sums and orders."""
LISTED = 12
"""The same that a sparse connection that learns keeps: its targets, and which synapses each of them has."""
BUILT_HELD = 5
"""The same of a list that other rows hold, while it is packed anew: it is unpacked."""
BUILT_BLOCK = 40
"""The same of each synapse in a block of those that are packed."""
ADVICE = (
    "Take fewer neurons, connect sparsely or by convolutions, shorten delays (each step of delay is a slot for every "
    "neuron), probe less, or run it on a machine with more memory."
)


def check_room(
    network: Network,
    due: bool = False,
    owned: Mapping[str, float] | None = None,
    ranks: Ranks | None = None,
    *,
    shares: int = 1,
) -> None:
    """Raise if the image of a network does not fit into the memory that is free; those on one machine share it.

    Parameters are those of :func:`image_sizes`.

    Raises
    ------
    OutOfMemoryError
        With the network's own figures.
    """
    sizes = image_sizes(network, due, owned, shares=shares)
    if ranks is not None:
        numbers = ranks.meet("building the network", number=sum(sizes.values()))
        sizes["other ranks on this machine"] = sum(numbers[rank] for rank in ranks.here if rank != ranks.rank)
    if sum(sizes.values()) >= LARGE:
        room_for(f'network "{network.name}"', sizes, ADVICE)


def image_sizes(
    network: Network, due: bool = False, owned: Mapping[str, float] | None = None, *, shares: int = 1
) -> dict[str, int]:
    """Bytes by what takes them; the last is what is needed for a moment while the image is built.

    Parameters
    ----------
    network : Network
    due : bool
        Whether sparse synapses are delivered when due (``stores.waits``).
    owned : dict, optional
        How much of each population this process has, 0 to 1, of several ranks; it has the synapses onto these neurons.
    shares : int
        Of so many threads; rows that another image of these connections has in as many shares take nothing more.

    Examples
    --------
    >>> net = Network()
    >>> cells = net.population("cells", 1000, vth=100)
    >>> synapses = net.connect(cells, cells, ([0], [1], [2]), delays=[9])
    >>> sizes = image_sizes(net)
    >>> sizes['population "cells": ring of 10 slots']
    40000
    """
    slots = _slots(network, due)
    sizes: dict[str, int] = {}
    moments = [0]
    for p in network.populations.values():
        for what, size in _population(network, p, slots.get(p.name, 0)):
            sizes[f'population "{p.name}": {what}'] = size
    moments.append(sum(size for what, size in sizes.items() if what.endswith(": state")) // 2)  # how it starts
    for node in network.inputs.values():
        sizes[f'input "{node.name}"'] = _input(node)
    for c in network.connections.values():
        mine = owned.get(c.post.target.name, 1.0) if owned else 1.0
        there = shared(c, network.connections, due=due, shares=shares)
        sizes[f'connection "{c.name}"'], moment = (0, 0) if there else _connection(network, c, mine, due, shares)
        moments.append(moment)
    for probe in network.probes:
        for variable in probe.variables:
            sizes[f"recorder of {probe.target.name}.{variable}"] = _recorder(network, probe, variable)
    sizes["while it is built"] = max(moments)
    return sizes


def _slots(network: Network, due: bool) -> dict[str, int]:
    """Slots of the ring of each population that has synapses."""
    longest: dict[str, int] = {}
    for c in network.connections.values():
        learns = c.learning is not None and getattr(c.learning.rule, "dd", None) is not None
        waits = due and c.kind == "sparse" and c.learning is None and not _summed_apart(network, c)
        delay = network.max_delay if learns else 0 if waits else c.longest_delay
        name = c.post.target.name
        longest[name] = max(longest.get(name, 0), delay + 1 + int(_summed_apart(network, c)))
    return longest


def _summed_apart(network: Network, c: Connection) -> bool:
    """Whether its sums are kept apart before they reach the ring."""
    how, weights = network.rule_set.learning, network.rule_set.weights
    return (weights.sums(c) if c.learning is None or how is None else how.sums(c, weights)).apart


def _population(network: Network, p: Population, slots: int) -> Iterator[tuple[str, int]]:
    model, n = network.rule_set.model(p.model), p.size
    state = sum(np.dtype(kind).itemsize for _, kind in model.state) * n + n // at.BLOCK + 1
    yield "state", 2 * state  # and how it starts
    varied = {k: v[:1] if v.ndim and not is_uniform(v, v) else v.reshape(-1)[0] for k, v in p.parameters.items()}
    lowered, _ = model.lowered(varied, {"noise": p.noise})
    arrays = sum(np.dtype(kind).itemsize for name, kind in model.arrays if np.ndim(lowered[name]))
    yield "parameters", n * arrays
    yield "spikes of a step", n * (4 + (0 if model.payload is None else np.dtype(model.payload).itemsize))
    if p.noise is not None:
        yield "noise", n * (4 + 4 + 1)
    if slots:
        yield f"ring of {slots} slots", slots * n * len(model.ports) * np.dtype(model.accumulator).itemsize


def _input(node: Input) -> int:
    each = 4 * (2 if node.payloads is not None else 1)
    if node.rate is not None:
        return node.size * (each + 4 + 8)
    return node.size * each + len(node.times) * (8 if node.payloads is not None else 4)


def _connection(network: Network, c: Connection, mine: float, due: bool, shares: int) -> tuple[int, int]:
    """What a connection takes, and takes for a moment while it is built; of targets of which a part is here."""
    synapses, sparse = int(mine * c.synapses), c.kind == "sparse"
    size = int(mine * 4 * c.post.size) * (c.longest_delay + 1) if _summed_apart(network, c) else 0
    waits = due and sparse and c.learning is None
    chunks = -(-int(mine * c.post.target.size) // (1 << MOST_BITS if waits else int(at.CHUNK)))
    chunks = max(chunks, shares)  # a share has rows of its own
    rows = 8 * (c.pre.target.size + 1) * chunks if sparse else 0
    if c.learning is not None:
        traces = 32 * (c.pre.size + c.post.size)
        how = network.rule_set.learning
        assert how is not None
        tags = how.tag_bytes if c.tags is not None else 0
        each = 2 * (how.synapse_bytes + int(c.varied) + tags) + (LISTED if sparse else 0)
        built = (BUILT_LEARNING if sparse or not network.rule_set.floats else 0) * synapses
        return size + synapses * each + rows + traces, built
    if c.kind == "conv":
        return size + 8 * c.synapses, 0
    if network.rule_set.floats:
        each = (12 if sparse else 8) + int(c.varied)
        return size + synapses * each + rows, (BUILT_SPARSE_FLOAT if sparse else 0) * synapses + 2 * rows
    if not sparse:
        return size + synapses * (1 + int(c.varied)), BUILT_DENSE * synapses
    lists = BUILT_HELD * synapses if held_of(c) is not None else 0
    each = synapses // shares
    block = BUILT_BLOCK * min(each, BLOCK) + (4 * min(each, AT_ONCE) if _at_once(c) else 0)
    block = lists + shares * block  # all are packed at the same time
    if not waits:
        return size + synapses * (4 + int(c.varied)) + rows, rows + block
    headers = int(min(c.pre.size * different_delays(c) * chunks, synapses))
    return size + 4 * (synapses + headers) + rows, rows * (c.longest_delay + 1) + block


def _at_once(c: Connection) -> bool:
    return c.drawn and bool(c.recipe.builder.at_once)


def _recorder(network: Network, probe: Probe, variable: str) -> int:
    node: Any = probe.target
    if variable == "spikes":
        return 4 * (max(FIRST_SPIKES, int(node.size)) + FIRST_ROWS)
    if isinstance(node, Connection):
        how = network.rule_set.learning
        assert how is not None
        each = {"weights": how.synapse_bytes, "delays": 1, "tags": how.tag_bytes}
        n, wide = (node.synapses, each[variable]) if variable in each else (max(node.pre.size, node.post.size), 1)
    else:
        n = node.size if probe.neurons is None else len(probe.neurons)
        model = network.rule_set.model(node.model)
        wide = np.dtype(dict(model.state)[variable]).itemsize
    return int(max(1, min(FIRST_ROWS, FIRST_VALUES // max(n, 1))) * n * wide)
