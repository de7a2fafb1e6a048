import argparse
import json

import numpy as np
import pytest

from benchmarks import (
    allocators,
    ceiling,
    cliffs,
    closed_loop,
    command,
    cores,
    extras,
    memory,
    place,
    report,
    small,
    speed,
)
from benchmarks.race import Emulated, check_equal, race
from benchmarks.rows import Row
from benchmarks.sizes import FULL, NAMES, TINY, workloads
from benchmarks.workloads import probed
from loihi_emu.errors import SimulationError, UnknownNameError
from loihi_emu.run.emulator import Emulator

pytestmark = pytest.mark.slow

needs_compiler = pytest.mark.skipif(ceiling.compiler() is None, reason="no C compiler on PATH")
TINY_WORKLOADS = [w for name in NAMES for w in workloads(name, TINY)]


@needs_compiler
@pytest.mark.parametrize("workload", TINY_WORKLOADS, ids=lambda w: w.name)
def test_c_and_emulator_agree_to_the_bit(workload):
    c, bare = workload.ceiling(), Emulated(Emulator(workload.network()))
    seen = Emulated(Emulator(probed(workload.network())))
    for steps in (1, workload.steps, 2 * workload.steps - 1):
        for one in (c, bare, seen):
            one.run(steps)
    np.testing.assert_array_equal(bare.u, c.u)
    np.testing.assert_array_equal(bare.v, c.v)
    assert bare.spikes == c.spikes == seen.spikes > 0
    assert bare.overflows == 0
    recorded = seen.emulator.recording
    assert sum(len(recorded.spikes(name)) for name in seen.emulator.network.populations) == c.spikes


@needs_compiler
def test_parameters_per_neuron_change_nothing():
    (workload,) = workloads("W3", TINY)
    spread = Emulated(Emulator(workload.network(spread=True)), workload.neurons)
    race({"C": workload.ceiling(), "spread": spread}, 50, 1)


@needs_compiler
@pytest.mark.parametrize("what", ["u", "v", "spikes"])
def test_a_difference_is_an_error(what):
    (workload,) = workloads("W1", TINY)
    c, other = workload.ceiling(), workload.ceiling()
    check_equal({"a": c, "b": other})
    if what == "spikes":
        other.spikes += 1
    else:
        getattr(other, what)[7] += 1
    with pytest.raises(SimulationError, match=f'"a".*"b"|{what}'):
        check_equal({"a": c, "b": other})


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_a_workload(name):
    rows = list(speed.measure(name, TINY))
    variants = {row.what for row in rows}
    assert {speed.BARE, speed.PROBED} <= variants
    assert (speed.SPREAD in variants) == (name == "W3")
    if ceiling.compiler() is not None:
        assert all(row.limit == speed.LIMITS[row.what] for row in rows if row.unit == "x")


def test_without_a_compiler_there_are_times(monkeypatch):
    monkeypatch.setattr(ceiling, "compiler", lambda: None)
    row = next(iter(speed.measure("W3", TINY)))
    assert row.unit == "us/step"
    assert row.value > 0
    assert row.passed is None
    assert "no C compiler" in report.heading(report.facts("tiny"))


@pytest.mark.parametrize(("given", "march"), [(None, "native"), ("haswell", "haswell"), ("generic", "x86-64")])
def test_c_is_compiled_for_the_processor_that_numba_compiles_for(monkeypatch, given, march):
    monkeypatch.setenv("NUMBA_CPU_FEATURES", "")
    if given is None:
        monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)
    else:
        monkeypatch.setenv("NUMBA_CPU_NAME", given)
    assert f"-march={march}" in ceiling.flags()


def test_another_processor_with_the_instructions_of_this_one_is_an_error(monkeypatch):
    monkeypatch.setenv("NUMBA_CPU_NAME", "haswell")
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    with pytest.raises(SimulationError, match="NUMBA_CPU_FEATURES"):
        ceiling.flags()


def test_rows_of_seldom_used_constants():
    rows = list(cliffs.measure(TINY))
    assert {*cliffs.CASES, "parameters per neuron"} == {row.what for row in rows}
    assert all(row.limit is not None and row.value > 0 for row in rows)


def test_small_populations_equal_a_large_one():
    assert [row.what for row in small.measure(TINY)] == ["no synapses", "2% random synapses"]


def test_memory_and_extras():
    rows = [
        *memory.measure(TINY),
        *closed_loop.measure(TINY),
        *extras.samples(TINY),
        *extras.raster(TINY),
        *place.measure(TINY),
    ]
    assert {row.unit for row in rows} == {"bytes", "ns", "us", "ms", "s"}
    assert all(row.value > 0 for row in rows)


def test_places_beside_the_peer():
    rows = list(allocators.measure(TINY))
    assert {row.what for row in rows} >= {"hub, cores", "hub, 2 chips, blocks", "hub, 8 chips, free"}
    assert all(row.passed is not False for row in rows)  # without Mt-KaHyPar its rows have no limit


def test_json_and_table(monkeypatch, capsys):
    monkeypatch.setattr(command, "QUICK", TINY)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    status = command.run(parser.parse_args(["--quick", "--json", "--workload", "W3", "memory"]))
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"schema", "about", "rows", "passed"}
    assert status == (0 if found["passed"] else 1)
    assert {"processor", "compiler", "flags", "numpy", "numba", "python", "size"} <= set(found["about"])
    keys = {"group", "what", "value", "unit", "limit", "low", "high", "us", "reference_us", "note", "passed"}
    assert all(set(row) == keys for row in found["rows"])
    assert {row["group"] for row in found["rows"]} == {"W3", "delays", "lists"}
    command.run(parser.parse_args(["--quick", "--workload", "memory"]))
    shown = capsys.readouterr().out
    assert "sparse synapse with a delay" in shown
    assert "gates hold" in shown


def test_a_gate_that_fails_is_named():
    rows = [Row("W9", "something", 2.0, "x", limit=1.0), Row("W9", "other", 2.0, "x")]
    assert not report.passed(rows)
    assert report.summary(rows) == "0 of 1 gates hold; not: W9, something."


def test_an_unknown_workload_is_an_error():
    with pytest.raises(UnknownNameError, match="W1"):
        workloads("W7", FULL)


def test_rows_of_cores(monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 2)
    rows = list(cores.measure(TINY))
    assert [row.group for row in rows[:8:2]] == ["cores W1", "cores W1b", "cores W5", "cores column"]
    learning = [f"cores {name}" for name in ("STDP", "sweep", "Lava STDP", "Lava sweep", "taps")]
    assert [row.group for row in rows[8::2]] == [*learning, "cores Lava"]
    assert [row.what for row in rows[:2]] == ["2 threads, to one", "2 cores, at best"]
    assert all(row.value > 0 and row.passed is None for row in rows)
    monkeypatch.setattr(cores, "cores", lambda: 1)
    assert list(cores.measure(TINY)) == []
