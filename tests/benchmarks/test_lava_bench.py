"""The Lava benchmark runs, and its programs do something."""

import pytest

from benchmarks import lava, lava_programs
from benchmarks.lava_programs import FIXED, FLOAT, PROGRAMS, STDP, Lava
from benchmarks.sizes import TINY


@pytest.fixture(autouse=True)
def _no_peer(monkeypatch):
    monkeypatch.setattr(lava, "_peer", lambda: None)


@pytest.mark.slow
def test_rows():
    rows = list(lava.measure(TINY))
    found = {"Lava programs", "compile and start", "own Python models", "variables", "Lava program beside Network"}
    assert {row.group for row in rows} == found
    assert sum(row.group == "Lava programs" for row in rows) == 2 * (len(PROGRAMS) - 1)
    assert all(row.value > 0 and row.limit is not None for row in rows)


def test_rows_of_learning():
    assert [row.group for row in lava.measure_learning(TINY)] == ["Lava programs", "compile and start"]


@pytest.mark.parametrize("tag", [FIXED, FLOAT])
def test_two_percent_of_the_first_layer_spike(tag):
    lead, _ = lava_programs.start(Lava("lava_api"), "LIF-Dense-LIF, 1000", tag)
    lead.run(Lava("lava_api").RunSteps(num_steps=200))
    spikes = lead.runtime.counters()[lead.name]["spikes"]
    assert spikes == pytest.approx(0.02 * 1000 * 201, rel=0.03)
    lead.stop()


def test_synapses_of_the_learning_program_learn():
    lead, _ = lava_programs.start(Lava("lava_api"), STDP, FIXED)
    dense = lead.s_out.get_dst_ports()[0].process
    lead.run(Lava("lava_api").RunSteps(num_steps=40))
    assert (dense.weights.get() != dense.weights.init).mean() > 0.1
    lead.stop()
