"""Networks on virtual cores, spike by spike along the tables of a placement: results never depend on it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from placements import placed, placed_for_traffic, placed_greedily, random_cores
from plastic_networks import networks as plastic_networks
from profiles import at_most
from recipes import events, traced
from strategies import RULES, recipes

from loihi_emu import LOIHI1, Emulator, Network
from loihi_emu.validation.chip_oracle import ChipOracle
from loihi_emu.validation.golden import compare, from_oracle, load, names
from loihi_emu.validation.golden_brian2 import brian2_network
from loihi_emu.validation.golden_lava import lava_network
from loihi_emu.validation.golden_nengo import nengo_network
from loihi_emu.validation.report import replayable
from loihi_emu.validation.synapse_memory import Stored, Widths, read, smallest, written

pytestmark = [UNHEEDED, pytest.mark.slow]

PLACED_RULES = [rules for rules in RULES if rules != "float"]
SLOW = {"weight_table", "tables", "net_ei100_1000", "net100_1000"}
BUILDERS = {"brian2_loihi": brian2_network, "nengo_loihi": nengo_network, "lava_lif": lava_network}
CASES = [(peer, name) for peer in BUILDERS for name in names(peer) if name not in SLOW]


# ------------------------------------------------------------ results
@pytest.mark.parametrize("rules", PLACED_RULES)
@at_most(40)
@given(st.data())
def test_random_networks_on_random_cores(rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    network, recording = recipe.network(), recipe.run()
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    placement = placed(network, random_cores(network, rng, data.draw(st.integers(1, 6))))
    oracle = ChipOracle(placement)
    oracle.run(recording.steps)
    for name in network.populations:
        for variable in traced(recording, name):
            assert recording[f"{name}.{variable}"].tolist() == oracle.trace(name, variable), f"{name}.{variable}"
        assert events(recording, name) == oracle.spikes(name), name


@at_most(20)
@given(plastic_networks(), st.integers(0, 10**6), st.integers(1, 4))
def test_networks_that_learn_on_random_cores(network, seed, cores):
    recording = Emulator(network).run(12)
    oracle = ChipOracle(placed(network, random_cores(network, np.random.default_rng(seed), cores)))
    oracle.run(12)
    assert recording["cells.v"].tolist() == oracle.trace("cells", "v")
    assert events(recording, "cells") == oracle.spikes("cells")


@pytest.mark.parametrize("strategy", ["greedy", "traffic", "alternating"])
@pytest.mark.parametrize(("peer", "name"), CASES)
def test_recordings_of_peers_on_cores(peer, name, strategy):
    case, arrays = load(peer, name)
    if not replayable(case):
        return
    replay = BUILDERS[peer](case, arrays)
    if strategy == "greedy":
        placement = placed_greedily(replay.network)
    elif strategy == "traffic":
        placement = placed_for_traffic(replay.network, replace(LOIHI1, compartments_per_core=30, usable_cores=4))
    else:
        placement = placed(replay.network, {k: np.arange(p.size) % 3 for k, p in replay.network.populations.items()})
    oracle = ChipOracle(placement)
    oracle.run(replay.steps)
    result = compare(replay, from_oracle(oracle))
    assert result.compared > 0
    assert result.different == 0, str(result)


# ------------------------------------------------------------ tables
@settings(deadline=None)
@given(st.data())
def test_the_tables_take_what_the_budgets_say(data):
    recipe = data.draw(recipes(rules=st.just("chip")))
    network = recipe.network()
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    placement = placed(network, random_cores(network, rng, data.draw(st.integers(1, 4))))
    oracle = ChipOracle(placement)
    convolved = {row.core for row in placement.lists if network.connections[row.connection].conv is not None}
    wide = {row.core for row in placement.lists if network.connections[row.connection].scaled}
    for core, tables in enumerate(oracle.cores):
        assert len(tables.owners) == placement.budgets["compartments"][core]
        if core not in convolved:
            assert len(tables.axons) == placement.budgets["axons_in"][core]
            if core not in wide:
                assert tables.bits == placement.budgets["synaptic_bits"][core]
    if not convolved:
        out = np.zeros(len(oracle.cores), int)
        for (connection, source), axons in oracle.out.items():
            node = network.connections[connection].pre.target
            if node.name in network.populations:
                out[placement.core_of(node.name)[source]] += len(axons)
        assert out.tolist() == placement.budgets["axons_out"].tolist()


def test_messages_are_those_that_traffic_counts():
    rng = np.random.default_rng(3)
    net = Network(seed=5)
    source = net.input("source", 10, rate=0.2)
    cells = net.population("cells", 40, vth=50, dv=200)
    net.connect(source, cells, rng.integers(0, 200, (40, 10)))
    net.connect(cells, cells, rng.integers(0, 60, (40, 40)) * (rng.random((40, 40)) < 0.2))
    net.probe(source)
    net.probe(cells)
    placement = net.place(strategy={"cells": np.arange(40) % 3})
    recording = Emulator(net).run(50)
    traffic = placement.traffic(recording)
    oracle = ChipOracle(placement)
    oracle.run(50)
    sent = traffic.within_cores + traffic.between_cores + traffic.host
    assert oracle.messages == round(sent * 50)


# ------------------------------------------------------------ memory, bit by bit
@given(
    st.lists(st.tuples(st.integers(0, 1023), st.integers(0, 63), st.integers(1, 255)), min_size=1, max_size=200),
    st.sampled_from([0, 2, 4, 6]),
)
def test_what_is_written_can_be_read(synapses, skip):
    ordered = sorted((Stored(*s) for s in synapses), key=lambda s: s.slot)
    widths = Widths(8, 6, 3, 10, skip)
    kind, memory = smallest(ordered, widths)
    assert read(memory, kind, widths, ordered[0].slot) == ordered
    assert memory.bits % 64 == 0


def test_what_does_not_fit_is_not_written():
    with pytest.raises(ValueError, match="300 does not fit 8 bits"):
        written([Stored(0, 0, 300)], "sparse", Widths(8, 0, 0, 6, 0))
    with pytest.raises(ValueError, match="one synapse for a compartment"):
        written([Stored(0, 0, 3), Stored(0, 0, 4)], "dense", Widths(8, 0, 0, 6, 0))


def test_a_neuron_that_is_placed_twice_is_noticed():
    net = Network()
    net.population("a", 2, vth=1)
    placement = net.place()
    placement.assignment.slots["a"][:] = 0
    with pytest.raises(ValueError, match="held twice"):
        ChipOracle(placement)
