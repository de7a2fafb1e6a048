"""Networks as recipes: what to add, as data, so that tests can build, relabel, split and reorder them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from loihi_emu import Emulator, Network
from loihi_emu.recording.recording import Recording
from loihi_emu.rules import find
from loihi_emu.validation.oracle import Oracle

COUNTERS = {"q": "q_overflow", "u": "u_overflow", "x": "x_overflow", "v": "v_saturation"}


@dataclass(frozen=True)
class Node:
    """A population or an input: the keyword arguments of Network.population or Network.input."""

    name: str
    shape: Any
    is_input: bool
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Link:
    """A connection between parts of nodes: weights and the keyword arguments of Network.connect."""

    pre: str
    post: str
    weights: Any
    options: dict[str, Any] = field(default_factory=dict)
    pre_slice: Any = field(default_factory=lambda: slice(None))
    post_slice: Any = field(default_factory=lambda: slice(None))


@dataclass(frozen=True)
class Recipe:
    """Everything that makes a network."""

    rules: str = "chip"
    seed: int = 0
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    steps: int = 20

    @property
    def populations(self) -> list[Node]:
        return [node for node in self.nodes if not node.is_input]

    @property
    def inputs(self) -> list[Node]:
        return [node for node in self.nodes if node.is_input]

    def with_links(self, links: Any) -> Recipe:
        return replace(self, links=tuple(links))

    def network(self, probed: bool = True) -> Network:
        """Build it, with probes on all spikes, and on all state that the oracle keeps."""
        net = Network("random", rules=self.rules, seed=self.seed)
        for node in self.nodes:
            if node.is_input:
                net.input(node.name, node.shape, **node.options)
            else:
                net.population(node.name, node.shape, **node.options)
        for link in self.links:
            net.connect(net[link.pre][link.pre_slice], net[link.post][link.post_slice], link.weights, **link.options)
        if probed:
            for node in self.nodes:
                net.probe(node.name, "spikes" if node.is_input else ["spikes", *self.states(node)])
        return net

    def states(self, node: Any) -> list[str]:
        """State of a population's model, but for the steps that a neuron rests, which the oracle counts otherwise."""
        model = find(self.rules).model(node.options.get("model", "lif"))
        return [name for name, _ in model.state if name != "rest"]

    def run(self) -> Recording:
        """What the emulator makes of it."""
        return Emulator(self.network()).run(self.steps)


def traced(recording: Recording, name: str) -> list[str]:
    """State that was recorded of a population."""
    recorded = [key.rpartition(".") for key in recording.names]
    return [variable for node, _, variable in recorded if node == name and variable != "spikes"]


def events(recording: Recording, name: str) -> list[tuple[int, int, int]]:
    """Spikes as (time, index, payload)."""
    spikes = recording.spikes(name)
    payloads = np.ones(len(spikes), np.int64) if spikes.payloads is None else spikes.payloads
    return list(zip(spikes.times.tolist(), spikes.indices.tolist(), payloads.tolist(), strict=True))


def assert_equals_oracle(network: Network, recording: Recording, counters: bool = True) -> Oracle:
    """Compare spikes, u and v in every step, overflow counters and synaptic events with the oracle's."""
    oracle = Oracle(network)
    oracle.run(recording.steps)
    for name in network.inputs:
        assert events(recording, name) == oracle.spikes(name), f"events of {name}"
    for name in network.populations:
        for variable in traced(recording, name):
            got, expected = recording[f"{name}.{variable}"].tolist(), oracle.trace(name, variable)
            assert got == expected, f"{name}.{variable}"
        assert events(recording, name) == oracle.spikes(name), f"spikes of {name}"
        if counters:
            expected_counts = oracle.counters(name)
            got_counts = recording.stats["overflow"][name]
            assert {key: expected_counts[long] for key, long in COUNTERS.items()} == got_counts, f"counters of {name}"
    assert recording.stats["synaptic_events"] == oracle.synaptic_events + oracle.pending_events
    return oracle


def assert_same(one: Recording, other: Recording, names: Any = None) -> None:
    """Compare two recordings: every array recorded, and every count."""
    wanted = one.names if names is None else names
    for name in wanted:
        if name.endswith(".spikes"):
            base = name[: -len(".spikes")]
            assert events(one, base) == events(other, base), name
        else:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
            np.testing.assert_array_equal(one.times(name), other.times(name), err_msg=name)
    if names is None:
        assert one.names == other.names
        assert (one.start, one.steps) == (other.start, other.steps)
        for key in ("spikes", "synaptic_events", "overflow"):
            assert one.stats[key] == other.stats[key], key
