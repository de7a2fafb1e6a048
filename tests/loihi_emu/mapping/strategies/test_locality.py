"""How neurons are numbered is of no account."""

from dataclasses import replace

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu import LOIHI1, Network
from loihi_emu.mapping import Problem
from loihi_emu.mapping.strategies.locality import distance_in_order

pytestmark = UNHEEDED

CHIP = replace(LOIHI1, compartments_per_core=128, axons_in=420, axons_out=1000)
N, FANOUT, REACH = 3000, 16, 25


def ring(seed=None):
    """Neurons on a ring that reach others near them, and a reader; numbered in order, or at random."""
    rng = np.random.default_rng(1)
    number = np.arange(N) if seed is None else np.random.default_rng(seed).permutation(N)
    net = Network()
    inputs, cells, out = net.input("in", 20), net.population("cells", N, vth=100), net.population("out", 30, vth=100)
    pre = np.repeat(np.arange(N), FANOUT)
    net.connect(cells, cells, (number[pre], number[(pre + rng.integers(-REACH, REACH, len(pre))) % N], 4))
    net.connect(inputs, cells, (rng.integers(0, 20, N), number, 4))
    net.connect(cells, out, (number, np.arange(N) // 100, 4))
    rates = np.empty(N)
    rates[number] = rng.random(N)
    return net, {"cells": rates, "in": 0.1, "out": 0.1}


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_network_numbered_at_random_takes_as_many_cores_and_messages(seed, measured):
    (net, rates), (shuffled, others) = ring(), ring(seed)
    one = net.place(chip=CHIP, rates=rates if measured else None)
    two = shuffled.place(chip=CHIP, rates=others if measured else None)
    assert two.cores <= 1.05 * one.cores
    assert two.traffic().between_cores <= 1.05 * one.traffic().between_cores
    for name, limit in two.limits.items():
        assert limit is None or two.budgets[name].max() <= limit


def test_networks_without_places_are_told_from_local_ones():
    rng = np.random.default_rng(0)
    net = Network()
    cells = net.population("cells", N, vth=100)
    net.connect(cells, cells, (*rng.integers(0, N, (2, FANOUT * N)), 4))
    assert distance_in_order(Problem(net, LOIHI1)) == 0
    assert 0 < distance_in_order(Problem(ring()[0], LOIHI1)) < 2 * REACH
    assert distance_in_order(Problem(ring(3)[0], LOIHI1)) > 0.1 * N
    none = Network()
    none.population("cells", 10, vth=100)
    assert distance_in_order(Problem(none, LOIHI1)) == 0
