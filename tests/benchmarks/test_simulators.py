"""The networks beside other simulators run here; the others are not needed."""

import sys

import numpy as np
import pytest

from benchmarks import column
from benchmarks.simulators.__main__ import main
from benchmarks.simulators.column import statistics
from benchmarks.simulators.columns import measure_one
from benchmarks.sizes import TINY

pytestmark = pytest.mark.slow


def test_the_network_runs_alone(capfd):
    found = main(["--steps", "100", "--rounds", "1"])
    assert list(found) == ["loihi_emu"]
    assert 10 < found["loihi_emu"]["hz"] < 60
    assert "us a step" in capfd.readouterr().out


def test_the_column_is_measured_seed_by_seed():
    found = measure_one(sys.executable, "loihi_emu", 0.02, 100, seed=2, threads=1)
    assert len(found["rates"]) == 8 and found["times_real_time"] > 0


def test_rows_of_the_column(monkeypatch):
    monkeypatch.setattr(column, "_python", lambda module: None)
    rows = list(column.measure(TINY))
    assert [row.what[:9] for row in rows] == ["1 thread,", "2 threads", "2 threads"]
    assert all(row.value > 0 for row in rows)


def test_statistics_of_trains_that_are_known():
    times = np.concatenate([np.arange(10) * 10.0, np.cumsum([1, 3] * 10) * 1.0])
    indices = np.repeat([0, 1], [10, 20])
    rate, variation, correlation = statistics(indices, times, 3, 100)
    assert rate == pytest.approx(30 / 3 / 0.1)
    gaps = np.array([3, 1] * 9 + [3])
    assert variation == pytest.approx((0 + gaps.std() / gaps.mean()) / 2)
    assert -1 <= correlation <= 1
