"""What Mt-KaHyPar finds is a candidate: taken where it is best and keeps all limits. A stand-in answers here."""

import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from loihi_emu import LOIHI1, Network
from loihi_emu.mapping import Problem
from loihi_emu.mapping.partition import hypergraph_of, kahypar
from loihi_emu.mapping.traffic import rates_of

CHIP = replace(LOIHI1, compartments_per_core=8, usable_cores=16)


class StandIn(ModuleType):
    """A module of its name that answers with a given partition, and keeps what it was asked."""

    def __init__(self, answer):
        super().__init__("mtkahypar")
        self.__spec__ = ModuleSpec("mtkahypar", None)
        self.answer, self.asked = answer, []
        self.PresetType, self.Objective = SimpleNamespace(DEFAULT=0), SimpleNamespace(KM1=0)
        self.InvalidInputError = self.InvalidParameterError = self.SystemError = ValueError

    def initialize(self, threads, warnings):
        return self

    def set_seed(self, seed):
        self.seed = seed

    def context_from_preset(self, preset):
        return SimpleNamespace(
            set_partitioning_parameters=lambda *given: None, set_individual_target_block_weights=lambda given: None
        )

    def create_hypergraph(self, context, nodes, count, edges, nodes_weights, weights):
        assert count == len(edges) == len(weights) and nodes == len(nodes_weights)
        self.asked.append((edges, weights, nodes_weights))
        return self

    def partition(self, context):
        if self.answer is None:
            raise ValueError
        return self

    def get_partition(self):
        return self.answer


@pytest.fixture
def stand_in(monkeypatch):
    def install(answer):
        module = StandIn(answer)
        monkeypatch.setitem(sys.modules, "mtkahypar", module)
        return module

    kahypar._library.cache_clear()
    yield install
    kahypar._library.cache_clear()


def pairs():
    """32 neurons in random pairs that talk: 4 cores of 8 can hold whole pairs."""
    order = np.random.default_rng(0).permutation(32)
    net = Network()
    cells = net.population("cells", 32, vth=100)
    net.connect(cells, cells, (order, order.reshape(16, 2)[:, ::-1].reshape(-1), 5))
    return net, order


def test_lists_become_hyperedges_of_sources_and_targets(stand_in):
    net = Network()
    inputs, a, b = net.input("in", 2), net.population("a", 3, vth=9), net.population("b", 2, vth=9)
    net.connect(inputs, a, np.ones((3, 2), int))
    net.connect(a, b, ([0, 0, 1, 2], [0, 1, 1, 0], 5))
    net.connect(a, a, ([1], [1], 5))
    module = stand_in([0, 1, 0, 1, 1])
    problem = Problem(net, LOIHI1)
    nets = hypergraph_of(problem, rates_of(problem, {"a": [1, 0.5, 0]}), 8)
    core = kahypar.partitioned(nets, np.full(5, 0.25), 2)
    ((edges, weights, sizes),) = module.asked
    assert edges == [[0, 3, 4], [1, 4]]  # silent lists, inputs' and those that stay where they are are left out
    assert weights == pytest.approx([kahypar.EDGE / 3, kahypar.EDGE / 6], abs=1)
    assert sizes == [kahypar.VERTEX // 4] * 5
    assert core.tolist() == [0, 1, 0, 1, 1] and module.seed == kahypar.SEED


def test_a_better_partition_is_taken_and_one_beyond_limits_is_not(stand_in):
    net, order = pairs()
    plain = net.place(chip=CHIP, strategy="traffic")
    best = np.empty(32, int)
    best[order] = np.arange(32) // 8
    module = stand_in(best.tolist())
    found = net.place(chip=CHIP, strategy="traffic")
    assert module.asked
    assert found.traffic().between_cores == 0 <= plain.traffic().between_cores
    assert found.cores == 4
    stand_in([0] * 32)
    again = net.place(chip=CHIP, strategy="traffic")
    assert np.array_equal(again.core_of("cells"), plain.core_of("cells"))
    stand_in(None)
    assert np.array_equal(net.place(chip=CHIP, strategy="traffic").core_of("cells"), plain.core_of("cells"))


def test_without_it_nothing_is_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "mtkahypar", None)
    assert not kahypar.installed()
    assert pairs()[0].place(chip=CHIP, strategy="traffic").cores == 4
