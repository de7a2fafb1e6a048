"""What Mt-KaHyPar finds is a candidate: taken where it is best and keeps all limits. A stand-in answers here."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from loihi_emu import LOIHI1, Network
from loihi_emu.mapping import Problem
from loihi_emu.mapping.partition import hypergraph_of, kahypar
from loihi_emu.mapping.strategies import LowTraffic
from loihi_emu.mapping.traffic import rates_of

CHIP = replace(LOIHI1, compartments_per_core=8, usable_cores=16)

MODULE = """
import json, pathlib, time
from types import SimpleNamespace
class InvalidInputError(Exception): pass
class InvalidParameterError(Exception): pass
PresetType, Objective = SimpleNamespace(DEFAULT=0), SimpleNamespace(KM1=0)
folder = pathlib.Path(__file__).parent
answer = json.loads((folder / "answer.json").read_text())
asked = {}
def set_seed(seed): asked["seed"] = seed
class Library:
    def context_from_preset(self, preset):
        print("a line that is no part of the answer")
        return SimpleNamespace(
            set_partitioning_parameters=lambda *given: asked.update(count=given[0]),
            set_individual_target_block_weights=lambda given: asked.update(blocks=given),
        )
    def create_hypergraph(self, context, nodes, count, edges, sizes, weights):
        assert count == len(edges) == len(weights) and nodes == len(sizes)
        asked.update(edges=edges, weights=weights, sizes=sizes)
        return self
    def partition(self, context):
        (folder / "asked.json").write_text(json.dumps(asked))
        if answer == "forever": time.sleep(1000)
        if answer == "invalid": raise InvalidInputError
        if answer == "broken": raise OSError("no memory")
        return self
    def get_partition(self): return answer
initialize = lambda threads, warnings: Library()
"""


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """Give a module of its name an answer; what it was asked is returned by what this returns."""
    (tmp_path / "mtkahypar.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)

    def answering(answer):
        (tmp_path / "answer.json").write_text(json.dumps(answer))
        return lambda: json.loads((tmp_path / "asked.json").read_text())

    return answering


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
    asked = stand_in([0, 1, 0, 1, 1])
    problem = Problem(net, LOIHI1)
    nets = hypergraph_of(problem, rates_of(problem, {"a": [1, 0.5, 0]}), 8)
    core = kahypar.partitioned(nets, np.full(5, 0.25), 2, 100)
    assert core.tolist() == [0, 1, 0, 1, 1]
    found = asked()
    assert found["edges"] == [[0, 3, 4], [1, 4]]  # without silent lists, inputs', and those that stay where they are
    assert found["weights"] == pytest.approx([kahypar.EDGE / 1.5 / 2, kahypar.EDGE / 3 / 2], abs=1)
    assert found["sizes"] == [kahypar.VERTEX // 4] * 5 and found["blocks"] == [kahypar.VERTEX] * 2
    assert found["count"] == 2


@pytest.mark.slow
def test_a_better_partition_is_taken_and_one_beyond_limits_is_not(stand_in):
    net, order = pairs()
    plain = net.place(chip=CHIP, strategy=LowTraffic(partitioner=False))
    best = np.empty(32, int)
    best[order] = np.arange(32) // 8
    asked = stand_in(best.tolist())
    found = net.place(chip=CHIP, strategy="traffic")
    assert asked()["count"] == 5
    assert found.traffic().between_cores == 0 <= plain.traffic().between_cores
    assert found.cores == 4
    for answer in ([0] * 32, "invalid"):
        stand_in(answer)
        again = net.place(chip=CHIP, strategy="traffic")
        assert np.array_equal(again.core_of("cells"), plain.core_of("cells"))


def test_why_it_fails_is_told(stand_in):
    net, _ = pairs()
    plain = net.place(chip=CHIP, strategy=LowTraffic(partitioner=False))
    stand_in("broken")
    with pytest.warns(UserWarning, match="Mt-KaHyPar failed .*no memory"):
        found = net.place(chip=CHIP, strategy="traffic")
    assert np.array_equal(found.core_of("cells"), plain.core_of("cells"))


def test_an_interrupt_ends_it(stand_in, monkeypatch):
    stand_in("forever")
    started = []

    class Process(kahypar.subprocess.Popen):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            started.append(self)

        def communicate(self, *given, **named):
            raise KeyboardInterrupt

    monkeypatch.setattr(kahypar.subprocess, "Popen", Process)
    with pytest.raises(KeyboardInterrupt):
        pairs()[0].place(chip=CHIP, strategy="traffic")
    assert [process.returncode not in (None, 0) for process in started] == [True]


def test_one_that_takes_too_long_is_ended_and_told(stand_in, monkeypatch):
    stand_in("forever")
    monkeypatch.setattr(kahypar, "LONGEST", 0)
    plain = pairs()[0].place(chip=CHIP, strategy=LowTraffic(partitioner=False))
    with pytest.warns(UserWarning, match="longer than 0 s.*partitioner=False") as told:
        found = pairs()[0].place(chip=CHIP, strategy="traffic")
    assert len(told) == 1
    assert np.array_equal(found.core_of("cells"), plain.core_of("cells"))


def test_without_it_nothing_is_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "mtkahypar", None)
    assert not kahypar.installed()
    assert pairs()[0].place(chip=CHIP, strategy="traffic").cores == 4
