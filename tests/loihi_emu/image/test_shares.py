"""Networks in shares: which neurons are whose, and that it changes nothing."""

import os
import pickle
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sharing
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from plastic_convolutions import convolutions
from plastic_lava_networks import networks as lava_networks
from plastic_networks import networks
from strategies import RULES, recipes

from loihi_emu import Conv2D, LearningRule, Network, Noise, Trace
from loihi_emu.image.groups import make_groups
from loihi_emu.image.shares import cut_groups, cut_inputs, work_of
from loihi_emu.models.layout import BLOCK
from loihi_emu.rules import find
from loihi_emu.validation.golden import load
from loihi_emu.validation.golden_nengo import nengo_network

pytestmark = UNHEEDED
FIXED = settings(max_examples=5, derandomize=True, database=None, phases=[Phase.generate])


def cut(net, count):
    """The pieces of each group by the names of its populations."""
    groups = make_groups(net)
    return {g.populations[0].name: p for g, p in zip(groups, cut_groups(net, groups, count), strict=True)}


def fixed_cases():
    """The same few random networks of every model in every run, and networks that learn."""
    found = [(nengo_network(*load("nengo_loihi", "pes_two_noise")).network, 8)]
    for rules in RULES:
        for model in find(rules).models:

            @FIXED
            @given(recipes(rules=st.just(rules), model=model.name, most=40, steps=8))
            def collect(recipe):
                found.append((recipe.network(), recipe.steps))

            collect()

    @FIXED
    @given(st.tuples(networks(), networks(simple=True), convolutions(), lava_networks("lava"), lava_networks("float")))
    def learning(nets):
        found.extend((net, 8) for net in nets)

    learning()
    return found


@pytest.mark.slow
def test_random_networks_of_every_model_in_small_blocks(tmp_path):
    source = tmp_path / "networks"
    source.write_bytes(pickle.dumps(fixed_cases()))
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "ignore", str(Path(sharing.__file__)), str(source)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_pieces_cover_every_neuron_once(count):
    net = Network()
    sizes = [5, 3000, BLOCK, 20 * BLOCK + 1, 7000]
    for k, size in enumerate(sizes):
        net.population(f"p{k}", size, vth=k)
    net.input("few", 30, rate=0.5)
    net.input("many", 5000, rate=0.5)
    pieces = [*cut(net, count).values(), *cut_inputs(net, count).values()]
    ends = [g.n for g in make_groups(net)] + [30, 5000]
    for some, end in zip(pieces, ends, strict=True):
        assert [some[0].first, *(p.stop for p in some)] == [*(p.first for p in some), end]
        assert all(p.first < p.stop and p.first % BLOCK == 0 and p.share < count for p in some)
    if count > 1:
        assert len({p.share for some in pieces for p in some}) == count


def test_shares_have_as_much_to_do():
    net = Network()
    for k in range(5):
        net.population(f"p{k}", 20 * BLOCK, vth=k)
    owned = np.zeros(4)
    for pieces in cut(net, 4).values():
        for share, first, stop in pieces:
            owned[share] += stop - first
    assert owned.max() - owned.min() <= BLOCK


def test_neurons_with_more_synapses_count_more():
    net = Network()
    few, many = net.population("few", 8 * BLOCK, vth=9), net.population("many", 4 * BLOCK, vth=9)
    n = 100 * many.size
    net.connect(few, many, (np.zeros(n, int), np.arange(n) % many.size, np.ones(n, int)))
    net.connect(few[:1], few, np.ones((few.size, 1), int))
    (pieces,) = cut(net, 2).values()
    assert pieces[0].stop > 6 * BLOCK, "the share with neurons that nothing reaches has more of them"


@pytest.mark.parametrize(("count", "ranks"), [(2, 1), (3, 1), (6, 2)])
def test_each_thread_has_some_of_every_population(count, ranks):
    net = Network()
    sizes = [9 * BLOCK, 100, 7 * BLOCK, 30, 12 * BLOCK + 5, 50]
    for k, size in enumerate(sizes):
        net.population(f"p{k}", size, vth=k)
        net.connect(f"p{k}", "p0", ([0], [k], [1]))
    groups = make_groups(net)
    (pieces,) = cut_groups(net, groups, count, ranks)
    threads, ends = count // ranks, groups[0].bounds
    assert all(one.share != other.share for one, other in pairwise(pieces)), "pieces of one share that meet are one"
    of_ranks = [[p for p in pieces if p.share // threads == rank] for rank in range(ranks)]
    assert [p for of_rank in of_ranks for p in of_rank] == list(pieces), "what a rank has lies together"
    if ranks == 1:
        for place in (0, 2, 4):
            has = [sum(max(min(p.stop, ends[place + 1]) - max(p.first, ends[place]), 0) for p in pieces if p.share == k)
                   for k in range(count)]  # fmt: skip
            assert max(has) - min(has) <= 2 * BLOCK and min(has) >= BLOCK


def learning_network(rules="chip", conv=False):
    """A thousand neurons onto which a hundred sources learn, or all taps of a kernel, and many that nothing reaches."""
    net = Network(rules=rules)
    net.population("other", 20 * BLOCK, vth=9)
    net.population("cells", (10, 10, 10), vth=9)
    drive = net.input("drive", (10, 10, 1), rate=0.5)
    rule = LearningRule("x1*y0 - 2^-3*u1", x1=Trace(16, 10))
    net.connect(drive, "cells", Conv2D(np.ones((10, 1, 1, 1))) if conv else np.ones((1000, 100), int), learning=rule)
    return net


def test_targets_of_learning_are_cut_finely():
    pieces = cut(learning_network(), 2)["cells"]
    assert len(pieces) == 2 and pieces[1].first % 128 == 0 < pieces[1].first % BLOCK


def test_a_rule_that_visits_all_synapses_has_more_to_do():
    work = []
    for dw, epoch in (("x1*y0", 1), ("x1*y0 - 2^-3*u2", 1), ("x1*y0 - 2^-3*u0", 4), ("x1*y0 - 2^-3*u0", 1)):
        net = Network()
        drive, cells = net.input("drive", 100, rate=0.5), net.population("cells", 1000, vth=9)
        rule = LearningRule(dw, x1=Trace(16, 10), t_epoch=epoch)
        net.connect(drive, cells, np.ones((1000, 100), int), learning=rule)
        work.append(work_of(net))
    assert work[0] < work[1] == work[2] < work[3]


def test_what_learns_in_one_piece_is_whole():
    found = cut(learning_network("brian2_loihi"), 2)
    assert [len(found["cells"]), len(found["other"])] == [1, 2]
    assert found["other"][found["cells"][0].share].stop < 10 * BLOCK or found["cells"][0].share == 1


def test_noise_of_one_generator_is_whole():
    noisy = Network(rules="nengo_loihi")
    noisy.population("quiet", 20 * BLOCK, vth=9)
    noisy.population("noisy", 20 * BLOCK, vth=9, noise=Noise("v", exp=8))
    found = cut(noisy, 3)
    assert found["noisy"] == ((0, 0, 20 * BLOCK),)
    assert {p.share for p in found["quiet"]} == {1, 2}
