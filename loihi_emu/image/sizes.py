"""The size of an image, from the network alone: what of it takes how many bytes, known before anything is allocated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from loihi_emu.image.groups import is_uniform
from loihi_emu.image.recorders import FIRST_ROWS, FIRST_SPIKES, FIRST_VALUES
from loihi_emu.memory.room import LARGE, room_for
from loihi_emu.models import layout as at
from loihi_emu.network.elements import Connection, Input, Population, Probe
from loihi_emu.network.network import Network
from loihi_emu.ranks.ranks import Ranks

BUILT_DENSE, BUILT_SPARSE, BUILT_FLOAT, BUILT_SPARSE_FLOAT = 32, 4, 0, 48
"""Bytes a synapse that packing needs for a moment, as measured: masks, 64-bit sums and orders; or counts by delay."""
ADVICE = (
    "Take fewer neurons, connect sparsely or by convolutions, shorten delays (each step of delay is a slot for every "
    "neuron), probe less, or run it on a machine with more memory."
)


def check_room(network: Network, owned: Mapping[str, float] | None = None, ranks: Ranks | None = None) -> None:
    """Raise if the image of a network does not fit into the memory that is free.

    Of several ranks each has a part of every population (`owned`, 0 to 1); those on one machine share its memory.

    Raises
    ------
    OutOfMemoryError
        With the network's own figures.
    """
    sizes = image_sizes(network, owned)
    if ranks is not None:
        numbers = ranks.meet("building the network", number=sum(sizes.values()))
        sizes["other ranks on this machine"] = sum(numbers[rank] for rank in ranks.here if rank != ranks.rank)
    if sum(sizes.values()) >= LARGE:
        room_for(f'network "{network.name}"', sizes, ADVICE)


def image_sizes(network: Network, owned: Mapping[str, float] | None = None) -> dict[str, int]:
    """Bytes by what takes them; the last is what is needed for a moment while the image is built.

    Of a process that has but a part of every population (`owned`, 0 to 1): the synapses onto these neurons.

    Examples
    --------
    >>> net = Network()
    >>> cells = net.population("cells", 1000, vth=100)
    >>> synapses = net.connect(cells, cells, ([0], [1], [2]), delays=[9])
    >>> sizes = image_sizes(net)
    >>> sizes['population "cells": ring of 10 slots']
    40000
    """
    slots = _slots(network)
    found: dict[str, int] = {}
    moments = [0]
    for p in network.populations.values():
        for what, size in _population(network, p, slots.get(p.name, 0)):
            found[f'population "{p.name}": {what}'] = size
    for node in network.inputs.values():
        found[f'input "{node.name}"'] = _input(node)
    for c in network.connections.values():
        mine = 1.0 if owned is None else owned[c.post.target.name]
        found[f'connection "{c.name}"'] = int(mine * _connection(network, c))
        built = (BUILT_FLOAT, BUILT_SPARSE_FLOAT) if network.rule_set.floats else (BUILT_DENSE, BUILT_SPARSE)
        moments.append(int(mine * (built[c.kind == "sparse"] * c.synapses + 2 * _starts(c))))
    for probe in network.probes:
        for variable in probe.variables:
            found[f"recorder of {probe.target.name}.{variable}"] = _recorder(network, probe, variable)
    found["while it is built"] = max(moments)
    return found


def _slots(network: Network) -> dict[str, int]:
    """Slots of the ring of each population that has synapses."""
    longest: dict[str, int] = {}
    for c in network.connections.values():
        learns = c.learning is not None and getattr(c.learning.rule, "dd", None) is not None
        delay = network.max_delay if learns else c.longest_delay
        name = c.post.target.name
        longest[name] = max(longest.get(name, 0), delay + 1 + int(_staged(network, c)))
    return longest


def _staged(network: Network, c: Connection) -> bool:
    """Whether its sums are kept apart before they reach the ring."""
    how, weights = network.rule_set.learning, network.rule_set.weights
    return (weights.sums(c) if c.learning is None or how is None else how.sums(c, weights)).apart


def _population(network: Network, p: Population, slots: int) -> Iterator[tuple[str, int]]:
    model, n = network.rule_set.model(p.model), p.size
    state = sum(np.dtype(kind).itemsize for _, kind in model.state) * n + n // at.BLOCK + 1
    yield "state", 2 * state  # and how it starts
    varied = {k: v[:1] if v.ndim and not is_uniform(v, v) else v.reshape(-1)[0] for k, v in p.parameters.items()}
    lowered, _ = model.lower(varied, {"noise": p.noise})
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


def _connection(network: Network, c: Connection) -> int:
    varied = c.varied
    rows = _starts(c)
    size = 0
    if _staged(network, c):
        size += 4 * c.post.size * (c.longest_delay + 1)
    if c.learning is not None:
        traces = 32 * (c.pre.size + c.post.size)
        how = network.rule_set.learning
        assert how is not None
        tags = how.tag_bytes if c.tags is not None else 0
        return size + 2 * c.synapses * (how.synapse_bytes + int(varied) + tags) + rows + traces
    if c.kind == "conv":
        return size + 8 * c.synapses
    if network.rule_set.floats:
        return size + c.synapses * ((12 if c.kind == "sparse" else 8) + int(varied)) + rows
    return size + c.synapses * ((4 if c.kind == "sparse" else 1) + int(varied)) + rows


def _starts(c: Connection) -> int:
    """Bytes of where the row of each source begins, for every chunk of targets."""
    chunks = -(-c.post.target.size // int(at.CHUNK))
    return 8 * (c.pre.target.size + 1) * chunks if c.kind == "sparse" else 0


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
