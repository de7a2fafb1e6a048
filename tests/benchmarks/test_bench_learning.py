"""Learning beside C: both agree to the bit, and a difference would be noticed."""

import pytest

from benchmarks import ceiling, learning
from benchmarks.race import Emulated, check_equal
from benchmarks.sizes import TINY
from loihi_emu.errors import SimulationError
from loihi_emu.run.emulator import Emulator

needs_compiler = pytest.mark.skipif(ceiling.compiler() is None, reason="no C compiler on PATH")


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("what", ["STDP", "sweep"])
def test_c_and_emulator_learn_the_same(what):
    task = learning.task_of(what, 150, 40, 4)
    c, emulated = learning.Ceiling(task), Emulated(Emulator(task.network()))
    before = c.weights.copy()
    for steps in (1, 40, 57):
        c.run(steps)
        emulated.run(steps)
    check_equal({"C": c, "emulator": emulated})
    learning.check_weights(c, emulated.emulator)
    assert c.spikes > 0 and (c.weights != before).sum() > 1000
    c.weights[77] ^= 1
    with pytest.raises(SimulationError, match="1 of 22500"):
        learning.check_weights(c, emulated.emulator)


def test_rows_of_the_report():
    rows = list(learning.measure(TINY))
    assert [row.group for row in rows] == ["W4 STDP", "W4 sweep"]
    if ceiling.compiler() is not None:
        assert all(row.limit == learning.LIMIT and row.unit == "x" for row in rows)


def test_without_a_compiler_there_are_times(monkeypatch):
    monkeypatch.setattr(ceiling, "compiler", lambda: None)
    assert {row.unit for row in learning.measure(TINY)} == {"us/step"}
