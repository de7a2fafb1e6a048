"""A number in the data never sizes an array unasked: how many rows and bins a plot may have is said."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from loihi_emu import plots
from loihi_emu.errors import OutOfMemoryError
from loihi_emu.memory.free import Free


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.mark.parametrize(
    "spikes", [([0], [2**33]), {"a": ([0], [3]), "b": ([0], [2**24])}, ([0, 1], [2**40, 5])], ids=str
)
def test_an_index_makes_no_rows_unasked(ax, spikes):
    allowed = r"allowed is 0\.\.16777215.*times, indices, size"
    with pytest.raises(ValueError, match=rf"spikes: got the neuron index \d+, {allowed}"):
        plots.raster(spikes, ax=ax)


def test_rows_that_are_asked_for_must_fit(ax, monkeypatch):
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(8_000_000_000, "a test's limit"))
    for more in ({}, {"neurons": [1, 2]}):
        with pytest.raises(OutOfMemoryError, match=r"rows of 2,147,483,647 neurons"):
            plots.raster(([0], [1], 2**31 - 1), ax=ax, **more)


def test_bins_of_a_long_time(ax):
    with pytest.raises(ValueError, match=r"rate_bin: got 1, allowed is at least 1048577"):
        plots.raster(([0, 2**40], [0, 1]), rate_bin=1, ax=ax)
    plots.raster(([0, 2**40], [0, 1]), ax=Figure().subplots())
    plots.raster(([2**62], [1]), ax=Figure().subplots())


def test_a_view_of_nothing_is_empty(ax):
    plots.raster(np.broadcast_to(np.int8(0), (10**6, 10**6)), rate=False, ax=ax)
    assert ax.get_ylim() == (-0.5, 999999.5)
