"""Placements of any kind, also ones that no chip could hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Network
from loihi_emu.chip import Chip
from loihi_emu.mapping.greedy import greedy
from loihi_emu.mapping.layout import in_order
from loihi_emu.mapping.own import own
from loihi_emu.mapping.placement import Placement
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.rates import rates_of
from loihi_emu.mapping.traffic import least_traffic
from loihi_emu.mapping.use import use_of


def cells(*sizes: int, **parameters: Any) -> Network:
    """A network of populations p0, p1, ... of these sizes."""
    net = Network("net")
    for k, size in enumerate(sizes):
        net.population(f"p{k}", size, **({"vth": 100} | parameters))
    return net


def placed(network: Network, cores: dict[str, Any]) -> Placement:
    """A placement on given cores, whatever their limits."""
    problem = Problem(network, network.chip)
    assignment = own(problem, cores)
    layout = in_order(assignment.count, network.chip)
    use = use_of(problem, assignment)
    return Placement(problem, assignment, use, layout, boards=None, strategy="own", rates=None)


def placed_greedily(network: Network, chip: Chip | None = None) -> Placement:
    """The sequential placement, also of values that a peer allows and the chip's fields do not."""
    problem = Problem(network, chip or network.chip)
    assignment, use = greedy(problem)
    layout = in_order(assignment.count, problem.chip)
    return Placement(problem, assignment, use, layout, boards=None, strategy="greedy", rates=None)


def placed_for_traffic(network: Network, chip: Chip) -> Placement:
    """The placement of strategy "traffic", also of values that the chip's fields do not have."""
    problem = Problem(network, chip)
    assignment, use, layout = least_traffic(problem, rates_of(problem, None), None)
    return Placement(problem, assignment, use, layout, boards=None, strategy="traffic", rates=None)


def random_cores(network: Network, rng: np.random.Generator, most: int) -> dict[str, Any]:
    """A core for each neuron, at random."""
    return {name: rng.integers(0, most, p.size) for name, p in network.populations.items()}
