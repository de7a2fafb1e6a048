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


def numbers(n, seed):
    """Neurons in order, or at random."""
    return np.arange(n) if seed is None else np.random.default_rng(seed).permutation(n)


def ring(seed=None, n=N, fanout=FANOUT, reach=REACH):
    """Neurons on a ring that reach others near them, and a reader."""
    rng = np.random.default_rng(1)
    number = numbers(n, seed)
    net = Network()
    inputs, cells, out = net.input("in", 20), net.population("cells", n, vth=100), net.population("out", 30, vth=100)
    pre = np.repeat(np.arange(n), fanout)
    net.connect(cells, cells, (number[pre], number[(pre + rng.integers(-reach, reach, len(pre))) % n], 4))
    net.connect(inputs, cells, (rng.integers(0, 20, n), number, 4))
    net.connect(cells, out, (number, np.arange(n) * 30 // n, 4))
    rates = np.empty(n)
    rates[number] = rng.random(n)
    return net, {"cells": rates, "in": 0.1, "out": 0.1}


def sheet(seed=None):
    """The README's network."""
    rng = np.random.default_rng(0)
    number = numbers(30_000, seed)
    net = Network("sheet", seed=2)
    touch = net.input("touch", 200, rate=0.01)
    cells = net.population("sheet", 30_000, du=500, dv=200, vth=450)
    out = net.population("out", 100, du=500, dv=200, vth=1000)
    pre = rng.integers(0, 30_000, 600_000)
    near = (pre + rng.integers(-300, 300, 600_000)) % 30_000
    net.connect(touch, cells, (rng.integers(0, 200, 60_000), number[rng.integers(0, 30_000, 60_000)], 100))
    net.connect(cells, cells, (number[pre], number[near], rng.integers(-9, 8, 600_000) * 2), delays=4)
    net.connect(cells, out, (number[np.arange(30_000)], np.arange(30_000) // 300, 40))
    return net


def hold(one, two):
    """Whether the second takes about as many cores and messages, within all limits."""
    assert two.cores <= 1.05 * one.cores
    assert two.traffic().between_cores <= 1.05 * one.traffic().between_cores
    for name, limit in two.limits.items():
        assert limit is None or two.budgets[name].max() <= limit


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("shape", [(N, FANOUT, REACH), (1200, 20, 60)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_network_numbered_at_random_takes_as_many_cores_and_messages(seed, shape, measured):
    (net, rates), (shuffled, others) = ring(None, *shape), ring(seed, *shape)
    one = net.place(chip=CHIP, rates=rates if measured else None)
    hold(one, shuffled.place(chip=CHIP, rates=others if measured else None))


@pytest.mark.parametrize("seed", [1, 2])
def test_inputs_from_everywhere_do_not_hide_that_a_network_is_local(seed):
    def net(number):
        found, rng = Network(), np.random.default_rng(1)
        everywhere, cells = found.input("everywhere", 20), found.population("cells", N, vth=100)
        pre = np.repeat(np.arange(N), 32)
        near = (pre + rng.integers(-80, 80, len(pre))) % N
        found.connect(cells, cells, (number[pre], number[near], 4))
        found.connect(everywhere, cells, (rng.integers(0, 20, 4 * N), number[np.repeat(np.arange(N), 4)], 4))
        return found

    hold(net(numbers(N, None)).place(chip=CHIP), net(numbers(N, seed)).place(chip=CHIP))


@pytest.mark.slow
def test_the_readme_network_numbered_at_random_takes_as_many_cores_and_messages():
    one = sheet().place()
    for seed in (1, 2):
        hold(one, sheet(seed).place())


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
