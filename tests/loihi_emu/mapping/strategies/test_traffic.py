"""The strategy that sends little: never worse than greedy, always within the budgets, always the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from profiles import at_most

from loihi_emu import LOIHI1, Conv2D, Emulator, LearningRule, Network, Trace
from loihi_emu.errors import MappingError
from loihi_emu.mapping.model.assignment import assigned
from loihi_emu.mapping.model.problem import Problem
from loihi_emu.mapping.partition import refine_kernels as kernels
from loihi_emu.mapping.partition.graph import core_graph
from loihi_emu.mapping.partition.hypergraph import hypergraph_of
from loihi_emu.mapping.stopping import stoppable
from loihi_emu.mapping.strategies.traffic import most_cores
from loihi_emu.mapping.traffic.messages import traffic_of
from loihi_emu.mapping.traffic.rates import rates_of
from loihi_emu.mapping.usage.cores import core_usage

pytestmark = [UNHEEDED, pytest.mark.slow]

TINY = replace(LOIHI1, compartments_per_core=16, usable_cores=4, axons_in=120, axons_out=100, synaptic_memory=1024)


def communities(count, size, targets, *, strangers=0, seed=0, shuffled=True):
    """A population of so many communities; each neuron reaches its own, and some neurons reach the next one."""
    rng = np.random.default_rng(seed)
    n = count * size
    place = rng.permutation(n) if shuffled else np.arange(n)
    source = np.repeat(np.arange(n), targets)
    target = source // size * size + rng.integers(0, size, len(source))
    more = rng.integers(0, n, strangers)
    source, target = np.append(source, more), np.append(target, (more + size) % n)
    net = Network()
    cells = net.population("cells", n, vth=100)
    net.connect(cells, cells, (place[source], place[target], 10))
    return net, place


def within(placement):
    """Whether every budget is kept."""
    return all(
        limit is None or placement.budgets[name].max() <= limit for name, limit in placement.limits.items()
    )  # fmt: skip


# ------------------------------------------------------------ what it finds
def test_shuffled_communities_of_a_core_are_found():
    net, place = communities(6, 1024, 8, strangers=60)
    sequential, found = net.place(), net.place(strategy="traffic")
    assert found.cores == sequential.cores == 6
    assert within(found)
    assert found.traffic().between_cores <= sequential.traffic().between_cores
    assert found.traffic().between_cores <= 60
    for k in range(6):
        assert len(np.unique(found.core_of("cells")[place[k * 1024 : (k + 1) * 1024]])) == 1


def test_shuffled_communities_of_chips_are_found():
    chip = replace(LOIHI1, compartments_per_core=32, usable_cores=4)
    net, _ = communities(5, 128, 6, strangers=10)
    sequential, found = net.place(chip=chip), net.place(chip=chip, strategy="traffic")
    assert found.chips == sequential.chips == 5
    assert found.traffic().between_chips <= 20 < 1000 < sequential.traffic().between_chips


def test_populations_that_belong_together_share_a_core():
    net = Network()
    names = [(kind, k) for kind in "abcd" for k in range(8)]
    for kind, k in names:
        net.population(f"{kind}{k}", 128, vth=100)
    for kind, k in names:
        net.connect(f"{kind}{k}", f"{'abcd'['abcd'.index(kind) - 3]}{k}", np.eye(128, dtype=int))
    sequential, found = net.place(), net.place(strategy="traffic")
    assert found.cores == sequential.cores == 4
    assert sequential.traffic().between_cores == 32 * 128
    assert found.traffic().between_cores == 0


def test_rates_decide_what_comes_together():
    # each of 64 talks to its neighbours in a row and in a column of a torus; only one of the two ever speaks
    chip = replace(LOIHI1, compartments_per_core=8)
    net = Network()
    rows, columns = (net.population(name, 64, vth=100) for name in ("rows", "columns"))
    at = np.arange(64)
    net.connect(rows, columns, (at, at // 8 * 8 + (at + 1) % 8, 5), name="along")
    net.connect(columns, rows, (at, (at + 8) % 64, 5), name="across")
    placement = net.place(chip=chip, strategy="traffic", rates={"rows": 0.5, "columns": 0})
    assert placement.traffic().between_cores == 0
    assert placement.traffic({"columns": 1}).between_cores > 0
    assert net.place(chip=chip, strategy="traffic", rates={"columns": 0.5}).traffic().between_cores == 0


def test_rates_are_taken_from_a_recording():
    net, _ = communities(3, 300, 4)
    net.connect(net.input("in", 1, spikes=([0, 1, 2], [0, 0, 0])), net["cells"], np.full((900, 1), 200), weight_exp=0)
    net.probe(net["cells"], "spikes")
    recording = Emulator(net).run(20)
    assert recording.spike_counts("cells").sum() > 0
    placement = net.place(strategy="traffic", rates=recording)
    counts = recording.spike_counts("cells")
    rates = np.asarray(counts.sum(axis=0) if counts.ndim > 1 else counts) / 20
    assert placement.traffic().between_cores == placement.traffic({"cells": rates}).between_cores
    assert placement.traffic().between_cores <= net.place(rates=recording).traffic().between_cores


def test_cores_that_talk_are_near_on_the_mesh():
    # a ring of 64 full cores, shuffled: neighbours can be in the same tile or the next one
    n, chip = 64, replace(LOIHI1, compartments_per_core=8)
    order = np.random.default_rng(2).permutation(n)
    net = Network()
    for k in range(n):
        net.population(f"p{k}", 8, vth=100)
    for a, b in zip(order, np.roll(order, 1), strict=True):
        net.connect(f"p{a}", f"p{b}", np.eye(8, dtype=int))
    traffic = [net.place(chip=chip, strategy=s).traffic() for s in ("greedy", "traffic")]
    hops = [t.hops_x + t.hops_y for t in traffic]
    assert hops[1] < hops[0] / 4


def test_chips_are_filled_with_what_belongs_together_rather_than_cores():
    # four groups of a chip each; within a group, all reach all: no cores of a chip are better than others
    chip = replace(LOIHI1, compartments_per_core=16, usable_cores=6)
    rng = np.random.default_rng(3)
    group = rng.permutation(np.repeat(np.arange(4), 10))
    net = Network()
    for k in range(40):
        net.population(f"p{k}", 8, vth=100)
    for a in range(40):
        for b in rng.permutation(np.flatnonzero(group == group[a]))[:4]:
            net.connect(f"p{a}", f"p{b}", np.eye(8, dtype=int))
    net.connect("p0", "p1", np.ones((8, 8), int))
    sequential, found = net.place(chip=chip), net.place(chip=chip, strategy="traffic")
    assert found.chips == sequential.chips == 4
    assert found.traffic().between_chips <= 8 * (group[0] != group[1])
    assert sequential.traffic().between_chips > 500


# ------------------------------------------------------------ what it keeps
def test_the_result_is_always_the_same():
    net, _ = communities(4, 500, 10, strangers=500)
    first, second = (net.place(strategy="traffic") for _ in range(2))
    assert np.array_equal(first.core_of("cells"), second.core_of("cells"))
    assert np.array_equal(first.layout.core, second.layout.core)


def test_boards_limit_the_chips():
    net, _ = communities(3, 1024, 2)
    chip = replace(LOIHI1, usable_cores=1)
    with pytest.raises(MappingError, match="Kapoho Bay has 2"):
        net.place(chip=chip, boards="Kapoho Bay", strategy="traffic")
    placement = net.place(chip=chip, boards="Wolf Mountain", strategy="traffic")
    assert placement.chips == 3
    assert placement.traffic().between_chips == 0


def test_a_few_more_cores_may_be_taken_but_no_more_chips():
    assert most_cores(1, 128) == 2
    assert most_cores(100, 128) == 110
    assert most_cores(127, 128) == 128
    assert most_cores(256, 128) == 256


def test_a_network_without_traffic_is_placed_in_order():
    net = Network()
    net.population("cells", 3000, vth=100)
    assert np.array_equal(net.place(strategy="traffic").core_of("cells"), net.place().core_of("cells"))


def test_convolutions_are_placed():
    net = Network()
    image, maps = net.population("image", (16, 16, 2), vth=100), net.population("maps", (14, 14, 8), vth=100)
    net.connect(image, maps, Conv2D(np.ones((8, 3, 3, 2), int)))
    sequential, found = net.place(), net.place(strategy="traffic")
    assert within(found)
    assert found.cores <= most_cores(sequential.cores, 128)
    assert found.traffic().between_cores <= sequential.traffic().between_cores


def random_network(rng):
    net = Network()
    for k in range(int(rng.integers(1, 5))):
        size = int(rng.integers(1, 60))
        thresholds = rng.integers(1, 4, size) * 10 if rng.random() < 0.3 else 100
        net.population(f"p{k}", size, vth=thresholds, vmin=-1 if rng.random() < 0.2 else 0)
    names = list(net.populations)
    for k in range(int(rng.integers(1, 6))):
        a, b = (net[names[int(rng.integers(len(names)))]] for _ in range(2))
        n = int(rng.integers(1, 120))
        synapses = (rng.integers(0, a.size, n), rng.integers(0, b.size, n), rng.integers(1, 200, n))
        options = {"weight_bits": int(rng.integers(1, 9)), "delays": int(rng.integers(0, 4))}
        if rng.random() < 0.2:
            rule = LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10))
            options |= {"sign_mode": "mixed", "learning": rule, "weight_bits": 8}
        net.connect(a, b, synapses, name=f"c{k}", **options)
    source = net.input("in", 8, spikes=([], []))
    net.connect(source, net[names[0]], np.ones((net[names[0]].size, 8), int))
    return net


@at_most(60)
@given(st.integers(0, 10**6))
def test_budgets_are_kept_and_traffic_is_never_more_than_greedys(seed):
    rng = np.random.default_rng(seed)
    net = random_network(rng)
    rates = {name: rng.random(p.size) for name, p in net.populations.items()}
    try:
        sequential = net.place(chip=TINY, rates=rates)
    except MappingError:
        with pytest.raises(MappingError):
            net.place(chip=TINY, strategy="traffic", rates=rates)
        return
    found = net.place(chip=TINY, strategy="traffic", rates=rates)
    assert within(found)
    assert found.budgets["compartments"].min() > 0
    assert found.budgets["compartments"].sum() == sum(p.size for p in net.populations.values())
    assert found.chips <= sequential.chips
    assert found.cores <= most_cores(sequential.cores, TINY.usable_cores)
    pairs = np.stack([found.layout.chip, found.layout.core], 1)
    assert len(np.unique(pairs, axis=0)) == found.cores
    assert found.layout.core.max() < TINY.usable_cores
    a, b = found.traffic(), sequential.traffic()
    assert a.between_chips <= b.between_chips * (1 + 1e-9)
    if np.isclose(a.between_chips, b.between_chips):
        assert a.between_cores <= b.between_cores * (1 + 1e-9)


# ------------------------------------------------------------ what it counts with
@at_most(25)
@given(st.integers(0, 10**6))
def test_lists_and_their_counts_give_the_messages_and_axons_that_are_measured(seed):
    rng = np.random.default_rng(seed)
    net = random_network(rng)
    cores = {name: rng.integers(0, 3, p.size) for name, p in net.populations.items()}
    rates = {name: rng.random(p.size) for name, p in net.populations.items()}
    problem, assignment = Problem(net, LOIHI1), assigned(cores)
    rates = rates_of(problem, rates)
    nets, count = hypergraph_of(problem, rates, 1024), assignment.count
    core = problem.flat(assignment.cores)
    counts, use = np.zeros((len(nets.source), count), np.int16), np.zeros((kernels.RESOURCES, count), np.int64)
    kernels.count_on_cores(nets, core, counts)
    kernels.count_use(nets, core, counts, use)
    budgets = core_usage(problem, assignment).budgets
    for row, name in (
        (kernels.COMPARTMENTS, "compartments"),
        (kernels.AXONS_IN, "axons_in"),
        (kernels.AXONS_OUT, "axons_out"),
    ):
        assert use[row].tolist() == budgets[name].tolist()
    reached = (counts > 0) & (nets.source >= 0)[:, None]
    home = np.zeros_like(reached)
    home[np.arange(len(home)), core[nets.source]] = True
    assert np.isclose(nets.weight @ (reached & ~home).sum(axis=1), core_graph(problem, assignment, rates).total)


@pytest.mark.parametrize(("far", "heat"), [(0.0, 0.0), (7.0, 0.0), (0.0, 0.1), (7.0, 0.5)])
@pytest.mark.parametrize("seed", range(6))
def test_the_refinement_saves_what_it_says(seed, far, heat):
    rng = np.random.default_rng(seed)
    net = Network()
    a, b = net.population("a", 60, vth=100), net.population("b", 40, vth=100)
    for pre, post in ((a, a), (a, b), (b, a)):
        net.connect(pre, post, (rng.integers(0, pre.size, 200), rng.integers(0, post.size, 200), 9))
    chip = replace(LOIHI1, compartments_per_core=20, usable_cores=2)
    rates = {"a": rng.random(60), "b": rng.random(40)}
    start = net.place(chip=chip, strategy={"a": np.arange(60) // 10, "b": np.arange(40) // 7}, rates=rates)
    nets = hypergraph_of(start.problem, start._rates, 20)

    def cost(assignment, layout):
        traffic = traffic_of(start.problem, assignment, layout, start._rates)
        return traffic.between_cores + far * traffic.between_chips

    core = start.problem.flat(start.assignment.cores).astype(np.int32)
    counts, use = np.zeros((len(nets.source), 6), np.int16), np.zeros((kernels.RESOURCES, 6), np.int64)
    kernels.count_on_cores(nets, core, counts)
    kernels.count_use(nets, core, counts, use)
    limits = np.array([20, 4096, 4096, 1 << 20])
    fixed = (far, use, limits, 8, 0.0, heat, 1)
    saved = stoppable(kernels.refine, nets, core, counts, start.layout.chip, *fixed)
    after = assigned(start.problem.by_population(core), 6)
    assert saved > 0
    assert np.isclose(cost(start.assignment, start.layout) - cost(after, start.layout), saved)
    assert np.bincount(core, minlength=6).max() <= 20
    assert use[kernels.COMPARTMENTS].tolist() == np.bincount(core, minlength=6).tolist()


def test_with_too_many_connected_cores_all_stays_in_order(monkeypatch):
    net, _ = communities(4, 500, 10)
    monkeypatch.setattr("loihi_emu.mapping.partition.graph.PAIRS_MOST", 1)
    found, sequential = net.place(strategy="traffic"), net.place()
    assert np.array_equal(found.core_of("cells"), sequential.core_of("cells"))
    assert np.array_equal(found.layout.core, sequential.layout.core)


def test_a_large_network_keeps_the_order_of_its_neurons_but_not_of_its_cores(monkeypatch):
    monkeypatch.setattr("loihi_emu.mapping.strategies.traffic.CLUSTERED_MOST", 1)
    chip = replace(LOIHI1, compartments_per_core=8, usable_cores=8)
    net = Network()
    for k in range(32):
        net.population(f"p{k}", 8, vth=100)
    for k in range(32):
        net.connect(f"p{k}", f"p{(k + 4) % 32}", np.eye(8, dtype=int))
    sequential, found = net.place(chip=chip), net.place(chip=chip, strategy="traffic")
    assert all(np.array_equal(found.core_of(name), sequential.core_of(name)) for name in net.populations)
    assert sequential.traffic().between_chips == 128
    assert found.traffic().between_chips == 0
