"""Placing networks: where neurons go, and what that takes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from placements import cells, placed_greedily
from strategies import recipes

from loihi_emu import LOIHI1, LOIHI2, Conv2D, LearningRule, Network, Noise, Trace
from loihi_emu.errors import MappingError
from loihi_emu.validation.oracle_synapses import pairs

pytestmark = UNHEEDED


def test_large_populations_are_split_into_equal_parts():
    placement = cells(3000).place()
    assert placement.budgets["compartments"].tolist() == [1000, 1000, 1000]
    assert placement.where("p0", 2001) == (0, 2, 1)


def test_a_random_network_takes_no_more_cores_than_its_axons_need():
    # all reach all: n neurons on each of c cores need n * c = 4000 of 4096 output axons if no core holds both kinds
    rng = np.random.default_rng(0)
    net = cells(3200, 800)
    for a, b in (("p0", "p0"), ("p0", "p1"), ("p1", "p0"), ("p1", "p1")):
        n = int(net[a].size * net[b].size * 0.02)
        net.connect(a, b, (rng.integers(0, net[a].size, n), rng.integers(0, net[b].size, n), 8))
    placement = net.place()
    assert placement.budgets["compartments"].tolist() == [400] * 10
    assert placement.budgets["axons_out"].max() <= 4096


def test_populations_that_fit_a_core_are_not_split_if_it_costs_nothing():
    placement = cells(700, 700).place()
    assert placement.budgets["compartments"].tolist() == [700, 700]


def test_populations_are_split_if_it_saves_a_core():
    placement = cells(700, 700, 600).place()
    assert placement.budgets["compartments"].tolist() == [1024, 976]


def test_chips_are_filled_in_order():
    placement = cells(1024 * 130).place()
    assert placement.chips == 2
    assert placement.where("p0", 1024 * 128) == (1, 0, 0)
    assert placement.chip_of("p0").max() == 1


def test_a_chip_of_ones_own():
    placement = cells(3000).place(chip=replace(LOIHI1, compartments_per_core=100, usable_cores=4))
    assert (placement.cores, placement.chips) == (30, 8)


def test_a_chip_of_few_cores():
    placement = cells(3000).place(chip=replace(LOIHI1, cores=2))
    assert (placement.cores, placement.chips, placement.chip_of("p0")[[0, -1]].tolist()) == (3, 2, [0, 1])


def test_loihi2_takes_more_neurons_on_a_core():
    assert cells(8192).place(chip=LOIHI2).cores == 1


def test_few_thresholds_on_a_core():
    placement = cells(100, vth=np.arange(1, 101)).place()
    assert placement.cores == 13  # 8 thresholds each
    assert placement.budgets["threshold_profiles"].max() == 8


def test_other_limits_of_v_go_on_another_core():
    net = Network()
    net.population("a", 10, vth=100, vmin=0)
    net.population("b", 10, vth=100, vmin=-1)
    net.population("c", 10, vth=100, vmin=-1, noise=Noise("v", 7))
    net.population("d", 10, vth=100, vmin=-1, noise=Noise("v", 8))
    placement = net.place()
    assert [int(placement.core_of(name)[0]) for name in "abcd"] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "parameters",
    [
        {"vth": np.arange(1000) % 16 + 1},
        {"vth": np.random.default_rng(0).integers(1, 17, 1000)},
        {"vmin": -1 - 2 * (np.arange(1000) % 2)},
        {"du": np.random.default_rng(0).permutation(np.arange(1000) % 64)},
        {"vth": np.arange(1000) % 16 + 1, "du": np.arange(1000) // 16 % 2, "refractory": np.arange(1000) % 16 + 1},
    ],
)
def test_neurons_of_many_profiles_come_together_by_profile(parameters):
    placement = cells(1000, **parameters).place()
    assert placement.cores == 2
    for name, limit in placement.limits.items():
        assert limit is None or placement.budgets[name].max() <= limit, name
    assert placement.budgets["compartments"].sum() == 1000


def test_profiles_are_kept_apart_by_thresholds_and_then_by_the_others():
    # 16 thresholds with each of 64 decays: two groups of thresholds, two of decays in each
    n = np.arange(16 * 64)
    placement = cells(16 * 64, vth=n % 16 + 1, du=n // 16).place()
    assert placement.cores == 4
    assert placement.budgets["threshold_profiles"].tolist() == [8] * 4
    assert placement.budgets["compartment_profiles"].tolist() == [32] * 4


def test_long_delays_onto_a_few_neurons_leave_room_for_the_others():
    net = cells(10_000)
    net.connect("p0", net["p0"][5000:5001], np.ones((1, 10_000), int) * (np.arange(10_000) < 100), delays=62)
    placement = net.place()
    assert placement.cores <= 11
    assert placement.budgets["accumulators"].max() <= 8192
    core = placement.core_of("p0")[5000]
    assert placement.budgets["compartments"][core] <= 128


def test_formats_and_traces_are_counted_where_they_are():
    net = cells(20, 5)
    for k in range(20):
        options = {"weight_exp": k % 16 - 8, "weight_bits": 8 if k < 16 else 4, "sign_mode": "mixed"}
        rule = LearningRule(dw="x1*y0", x1=Trace(16, 10 + k // 2), y1=Trace(16, 10))
        net.connect("p1", net["p0"][k : k + 1], np.ones((1, 5), int), learning=rule if k % 2 else None, **options)
    placement = net.place()
    assert placement.cores == 4  # 10 pre-traces, 3 on a core
    assert placement.budgets["trace_profiles"].tolist() == [3, 3, 3, 1]


def test_lists_of_many_formats_get_one_in_common():
    # ten exponents, each with full and with nearly empty lists: 20 formats as dense and sparse, 10 if all are sparse
    rng = np.random.default_rng(0)
    net = cells(500, 50)
    for k in range(20):
        net.connect("p1", "p0", (rng.random((500, 50)) < (0.01 if k % 2 else 1)) * 50, weight_exp=k // 2 - 5)
    placement = net.place()
    assert placement.budgets["synapse_formats"].max() <= 16
    assert placement.budgets["synaptic_bits"].max() <= 1024 * 1024
    # a neuron has at most 11 * 50 synapses of 18 bits on average: about 110 on a core
    assert placement.cores <= 6


def test_parts_of_a_convolution_that_share_a_core_are_counted_together():
    # pixels of both parts have lists that are stored otherwise when they are one
    net = cells(20, 3)
    net.connect("p1", "p0", np.ones((20, 3), int))
    image, maps = net.population("image", (3, 3, 2), vth=1), net.population("maps", (3, 3, 3), vth=1)
    net.connect(image, maps, Conv2D(np.ones((3, 3, 3, 2), int), padding=1))
    placement = net.place(chip=replace(LOIHI1, axons_in=16))
    assert placement.budgets["axons_in"].max() <= 16


def test_noise_that_no_neuron_has_is_none():
    net = Network()
    net.population("a", 10, vth=1, noise=Noise("v", 7))
    net.population("b", 10, vth=1, noise=Noise("v", 8, enabled=[False] * 10))
    assert net.place().cores == 1


def test_long_delays_leave_room_for_fewer_neurons():
    net = cells(10, 1000)
    net.connect("p0", "p1", np.ones((1000, 10), int), delays=62)
    placement = net.place()
    assert placement.budgets["compartments"].max() <= 8192 // 64
    assert placement.budgets["accumulators"].max() <= 8192


def test_output_axons_limit_the_neurons_of_a_core():
    net = cells(1024, 4096)
    rng = np.random.default_rng(1)
    for k in range(3):
        net.connect("p0", "p1", (np.arange(1024).repeat(8), rng.integers(0, 4096, 8192), 5), name=f"c{k}")
    placement = net.place()
    assert placement.budgets["axons_out"].max() <= 4096
    assert placement.out_axons("p0").sum() == placement.budgets["axons_out"].sum()
    assert placement.cores > 5


def test_random_connections_fit_every_budget():
    rng = np.random.default_rng(0)
    net = cells(3000, 500)
    for a, b, n in (("p0", "p0", 150_000), ("p0", "p1", 40_000), ("p1", "p0", 40_000)):
        pair = [rng.integers(0, net[name].size, n) for name in (a, b)]
        net.connect(a, b, (*pair, rng.integers(1, 200, n)))
    placement = net.place()
    for name, limit in placement.limits.items():
        assert limit is None or placement.budgets[name].max() <= limit, name
    assert sum(row.synapses for row in placement.lists) == 230_000


def test_ones_own_cores():
    net = cells(10, 20)
    placement = net.place(strategy={"p0": 3, net["p1"]: np.arange(20) % 2})
    assert placement.where("p1", 3) == (0, 1, 1)
    assert (placement.cores, placement.assignment.count) == (3, 4)
    again = net.place(strategy=lambda n: dict.fromkeys(n.populations, 128))
    assert again.where("p0", 0) == (1, 0, 0)


SMALL = replace(
    LOIHI1, compartments_per_core=9, axons_in=40, axons_out=60, synaptic_memory=1024, accumulators=300,
    compartment_profiles=3, threshold_profiles=2, synapse_formats=6,
)  # fmt: skip


@settings(deadline=None)
@given(recipes(rules=st.sampled_from(["chip", "lava", "nengo_loihi"])))
def test_what_is_placed_keeps_all_limits_and_loses_nothing(recipe):
    network = recipe.network(probed=False)
    try:
        placement = placed_greedily(network, SMALL)
    except MappingError as problem:
        assert "alone" in str(problem) or "formats" in str(problem)  # noqa: PT017 (a core too small for one neuron)
        return
    for name, limit in placement.limits.items():
        if limit is not None:
            assert limit is None or placement.budgets[name].max() <= limit, name
    assert placement.budgets["compartments"].sum() == sum(p.size for p in network.populations.values())
    plain = [row for row in placement.lists if network.connections[row.connection].conv is None]
    wanted = sum(len(list(pairs(c))) for c in network.connections.values() if c.kind == "sparse")
    assert sum(row.synapses for row in plain if network.connections[row.connection].kind == "sparse") == wanted
    used = placement.budgets["compartments"] > 0
    assert used.all(), "a core is left empty"


def test_slices_of_populations_are_looked_up():
    net = Network()
    cells = net.population("cells", 2000, vth=100)
    net.connect(cells[1500:1600], cells[:10], np.ones((10, 100), int))
    placement = net.place()
    part = cells[990:1600:3]
    assert np.array_equal(placement.core_of(part), placement.core_of("cells")[990:1600:3])
    assert len(set(placement.core_of(part))) == 2
    assert np.array_equal(placement.chip_of(part), np.zeros(len(range(990, 1600, 3))))
    assert placement.out_axons(cells[1599:1601]).tolist() == [1, 0]
