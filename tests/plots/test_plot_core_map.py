"""Maps of cores: every core in its place with its value, unused ones empty, limits as the end of the colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from loihi_emu import LOIHI1, LOIHI2, Network
from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.plots import core_map

pytestmark = pytest.mark.slow


def cells(size, **options):
    net = Network()
    net.population("cells", size, vth=100)
    return net.place(**options)


def shown(ax):
    """The values, and where there are cores."""
    background, image = ax.images
    return image.get_array(), background.get_array()[..., 3] > 0


def test_loihi1_is_drawn_by_tiles():
    strategy = {"cells": [0, 1, 2, 3, 4, 16, 127, 127]}
    ax = core_map(cells(8, strategy=strategy), ax=Figure().subplots())
    values, cores = shown(ax)
    assert cores.shape == (8, 16) and cores.all()
    # tile 0 holds cores 0..3 as a square, tile 1 (core 4) is below it, tile 4 (core 16) beside it
    expected = {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1, (2, 0): 1, (0, 2): 1, (7, 15): 2}
    found = {(int(y), int(x)): int(values[y, x]) for y, x in zip(*np.nonzero(~values.mask), strict=True)}
    assert found == expected


def test_colours_go_to_the_limit_which_is_told():
    ax = core_map(cells(3000, strategy={"cells": np.arange(3000) // 1000}), ax=Figure().subplots())
    assert ax.images[1].get_clim() == (0, 1024)
    (bar,) = [other for other in ax.figure.axes if other is not ax] or ax.child_axes
    assert bar.get_ylabel().replace("\n", " ") == "compartments (a core has 1,024)"
    assert ax.get_title(loc="right") == "3 of 128 cores on 1 chip"
    assert sorted(shown(ax)[0].compressed().tolist()) == [1000, 1000, 1000]


def test_weak_and_unknown_limits_are_told():
    without = {"colorbar": False}
    ax = core_map(cells(30), "threshold_profiles", **without, ax=Figure().subplots())
    assert ax.get_title(loc="right").startswith("threshold profiles (a core has 8?)")
    ax = core_map(cells(30, chip=LOIHI2), "axons_in", **without, ax=Figure().subplots())
    assert ax.get_title(loc="right").startswith("input axons (limit unknown)")


def test_where_tiles_are_unknown_cores_lie_row_by_row():
    ax = core_map(cells(5, chip=LOIHI2, strategy={"cells": [0, 1, 17, 2, 2]}), ax=Figure().subplots())
    values, cores = shown(ax)
    assert cores.sum() == LOIHI2.cores
    assert [values[0, 0], values[0, 1], values[0, 2], values[1, 1]] == [1, 1, 2, 1]


@pytest.mark.parametrize("chips", [1, 4, 32, 768])
def test_every_core_of_every_chip_has_a_cell(chips):
    chip = replace(LOIHI1, compartments_per_core=2)
    placement = cells(2 * 128 * chips - 3, chip=chip)
    ax = core_map(placement, ax=Figure(figsize=(8, 6)).subplots())
    values, cores = shown(ax)
    assert cores.sum() == 128 * chips
    assert values.count() == 128 * chips - 1 and values.sum() == 2 * 128 * chips - 3
    numbers = [text.get_text() for text in ax.texts]
    assert numbers == ([f"chip {k}" for k in range(chips)] if 1 < chips <= 32 else [])
    assert ax.figure.draw_without_rendering() is None


def test_small_axes_have_no_numbers():
    placement = cells(2 * 128 * 32, chip=replace(LOIHI1, compartments_per_core=2))
    ax = core_map(placement, ax=Figure(figsize=(1.5, 1)).subplots())
    assert not ax.texts
    assert shown(ax)[1].sum() == 128 * 32


def test_spikes_and_messages():
    net = Network()
    a, b = net.population("a", 4, vth=1), net.population("b", 2, vth=1)
    net.connect(a, b, np.ones((2, 4), int))
    placement = net.place(strategy={"a": [0, 0, 1, 1], "b": 2})
    rates = {"a": [0.5, 0.25, 0.125, 0]}
    for what, expected in {"spikes": [0.75, 0.125, 0], "sent": [0.75, 0.125, 0], "received": [0, 0, 0.875]}.items():
        ax = core_map(placement, what, rates, ax=Figure().subplots())
        values = shown(ax)[0]
        assert [values[0, 0], values[0, 1], values[1, 0]] == expected, what
    ax = core_map(placement, "sent", colorbar=False, ax=Figure().subplots())
    assert ax.get_title(loc="right").startswith("messages sent per step if every neuron spikes: 3 of 128")
    given = net.place(strategy={"a": 0, "b": 1}, rates=rates)
    assert shown(core_map(given, "spikes", ax=Figure().subplots()))[0].max() == 0.875


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"what": "compartment"}, UnknownNameError, 'did you mean "compartments"'),
        ({"what": "spikes"}, ValidationError, "a Recording, or a dict"),
        ({"what": "axons_in", "rates": {"cells": 1}}, ValidationError, "rates for a budget"),
        ({"what": "sent", "rates": {"cell": 1}}, UnknownNameError, "cells"),
    ],
)
def test_what_cannot_be_drawn(options, error, text):
    with pytest.raises(error, match=text):
        core_map(cells(5), **options, ax=Figure().subplots())


def test_a_network_is_no_placement(ax):
    with pytest.raises(ValidationError, match=r"network\.place\(\)"):
        core_map(Network(), ax=ax)
