"""The balanced network beside other simulators runs here; the others are not needed."""

import pytest

from benchmarks.simulators.__main__ import main

pytestmark = pytest.mark.slow


def test_the_network_runs_alone(capfd):
    found = main(["--steps", "100", "--rounds", "1"])
    assert list(found) == ["loihi_emu"]
    assert 10 < found["loihi_emu"]["hz"] < 60
    assert "us a step" in capfd.readouterr().out
