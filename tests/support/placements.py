"""Placements of any kind, also ones that no chip could hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Network
from loihi_emu.chips.chip import Chip
from loihi_emu.mapping.model import Problem, in_order
from loihi_emu.mapping.placement import Placement
from loihi_emu.mapping.strategies import STRATEGIES, Manual, Strategy
from loihi_emu.mapping.traffic import rates_of
from loihi_emu.mapping.usage import core_usage


def cells(*sizes: int, **parameters: Any) -> Network:
    """A network of populations p0, p1, ... of these sizes."""
    net = Network("net")
    for k, size in enumerate(sizes):
        net.population(f"p{k}", size, **({"vth": 100} | parameters))
    return net


def placed(network: Network, cores: dict[str, Any]) -> Placement:
    """A placement on given cores, whatever their limits."""
    return _placed(network, network.chip, Manual(cores))


def placed_greedily(network: Network, chip: Chip | None = None) -> Placement:
    """The sequential placement, also of values that a peer allows and the chip's fields do not."""
    return _placed(network, chip or network.chip, STRATEGIES["greedy"])


def placed_for_traffic(network: Network, chip: Chip) -> Placement:
    """The placement of strategy "traffic", also of values that the chip's fields do not have."""
    return _placed(network, chip, STRATEGIES["traffic"])


def _placed(network: Network, chip: Chip, strategy: Strategy) -> Placement:
    problem = Problem(network, chip)
    assignment, usage, layout = strategy.propose(problem, rates_of(problem, None), None)
    usage = usage or core_usage(problem, assignment)
    layout = layout or in_order(assignment.count, chip)
    return Placement(problem, assignment, usage, layout, boards=None, strategy=strategy.name, rates=None)


def random_cores(network: Network, rng: np.random.Generator, most: int) -> dict[str, Any]:
    """A core for each neuron, at random."""
    return {name: rng.integers(0, most, p.size) for name, p in network.populations.items()}
