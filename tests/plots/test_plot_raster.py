"""Rasters: every spike at its step and row, as dots or in an image, with bands, rates and sound limits."""

from __future__ import annotations

import io
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from profiles import at_most

from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.plots import raster


def dots(ax):
    """(time, row) of every dot drawn, population after population."""
    groups = [c.get_offsets().tolist() for c in ax.collections if isinstance(c, PathCollection)]
    return [tuple(int(number) for number in dot) for group in groups for dot in group]


def names_at(ax):
    ax.figure.draw_without_rendering()
    return {label.get_text(): label for label in ax.get_yticklabels()}


def test_each_spike_is_a_dot_at_its_step_and_row(recording, ax):
    assert raster(recording, ax=ax) is ax
    assert dots(ax) == [(100, 0), (101, 2), (149, 1), (105, 5), (110, 3), (110, 5), (130, 6)]


def test_limits_are_the_recorded_steps_and_the_sizes(recording, ax):
    raster(recording, ax=ax)
    assert ax.get_xlim() == (99.5, 149.5)
    assert ax.get_ylim() == (-0.5, 7.5)


def test_populations_are_bands_named_in_their_colour(recording, ax):
    raster(recording, ax=ax, rate=False)
    bands = [(p.get_y(), p.get_height()) for p in ax.patches]
    assert bands == [(-0.5, 3.0), (2.5, 5.0)]
    labels = names_at(ax)
    assert list(labels) == ["pixels (3)", "hidden (5)"]
    for label, dots_of in zip(labels.values(), ax.collections, strict=True):
        assert to_rgba(label.get_color()) == tuple(dots_of.get_edgecolor()[0])


def test_one_population_has_neuron_numbers_and_no_band(recording, ax):
    raster(recording, "hidden", ax=ax)
    assert not ax.patches
    assert ax.get_ylim() == (-0.5, 4.5)
    assert ax.get_ylabel() == "neuron of hidden"
    assert {"0", "4"} <= set(names_at(ax))


def test_populations_are_drawn_in_the_order_asked_for(recording, ax):
    raster(recording, ["hidden", "pixels"], ax=ax)
    assert dots(ax)[0] == (105, 2)
    assert dots(ax)[-1] == (149, 6)


def test_names_of_thin_bands_do_not_overlap(ax):
    thin = {f"p{i}": ([0], [0], 1) for i in range(4)}
    raster({"wide": ([0], [0], 2000), **thin}, ax=ax)
    boxes = [label.get_window_extent() for label in names_at(ax).values()]
    assert len(boxes) == 5
    assert all(lower.y1 <= upper.y0 for lower, upper in pairwise(boxes))


@pytest.mark.slow
def test_more_names_than_fit_leave_out_the_thinnest_bands(ax):
    sources = {f"p{i}": ([0], [0], 1) for i in range(200)} | {"wide": ([0], [0], 500)}
    raster(sources, ax=ax)
    labels = names_at(ax)
    assert "wide (500)" in labels
    assert len(labels) < 60


@pytest.mark.parametrize(
    "source",
    [
        ([0, 2, 2], [1, 0, 3]),
        ([0, 2, 2], [1, 0, 3], 4),
        ([0.0, 2.0, 2.0], [1, 0, 3]),
        np.array([[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 7]]),
        [[2], [0], [], [2]],
        {0: [2], 1: [0], 3: [2]},
        {"t": [0, 2, 2], "i": [1, 0, 3]},
    ],
)
def test_plain_arrays_of_every_form(source, ax):
    raster(source, ax=ax)
    assert sorted(dots(ax)) == [(0, 1), (2, 0), (2, 3)]
    assert ax.get_xlim() == (-0.5, 2.5)
    assert ax.get_ylim() == (-0.5, 3.5)


def test_a_spikes_object_keeps_its_size(recording, ax):
    raster(recording.spikes("pixels"), ax=ax)
    assert ax.get_ylim() == (-0.5, 2.5)


@pytest.mark.parametrize("source", [([], []), ([], [], 20), np.zeros((10, 20))])
def test_no_spikes_make_an_empty_raster_with_sound_limits(source, ax):
    raster(source, ax=ax)
    assert not dots(ax)
    assert ax.get_title(loc="right") == "no spikes"
    left, right = ax.get_xlim()
    assert right - left >= 1
    assert ax.figure.axes[1].get_ylim() == (0, 1)
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


@pytest.mark.parametrize(
    ("window", "limits", "count"),
    [((105, 130), (104.5, 129.5), 3), ((None, 106), (99.5, 105.5), 1), ((130, 1000), (129.5, 149.5), 1)],
)
def test_a_window_cuts_the_spikes_and_the_axis(recording, ax, window, limits, count):
    raster(recording, "hidden", window=window, ax=ax)
    assert ax.get_xlim() == limits
    assert len(dots(ax)) == count


def test_a_window_of_plain_arrays_may_reach_past_the_last_spike(ax):
    raster(([1], [0]), window=(0, 50), ax=ax)
    assert ax.get_xlim() == (-0.5, 49.5)


def test_consecutive_neurons_stay_at_their_own_numbers(recording, ax):
    raster(recording, "hidden", neurons=slice(2, 4), ax=ax)
    assert dots(ax) == [(105, 2), (110, 2), (130, 3)]
    assert ax.get_ylim() == (1.5, 3.5)


def test_scattered_neurons_get_a_row_each_in_the_order_given(recording, ax):
    raster(recording, "hidden", neurons=[3, 0], ax=ax)
    assert dots(ax) == [(110, 1), (130, 0)]
    assert list(names_at(ax)) == ["3", "0"]


def test_only_recorded_neurons_have_rows_and_count_in_the_rate(recording, ax):
    recording.probed["hidden.spikes"] = np.array([2, 3])
    raster(recording, "hidden", rate_bin=50, ax=ax)
    assert dots(ax) == [(105, 2), (110, 2), (130, 3)]
    assert ax.get_ylim() == (1.5, 3.5)
    assert ax.figure.axes[1].patches[0].get_data()[0] == pytest.approx([3 / 100])
    with pytest.raises(ValidationError, match=r"neurons: got 0, allowed is 2, 3\. Only these have data\."):
        raster(recording, "hidden", neurons=[0], ax=ax)


def test_neurons_may_be_chosen_for_each_population(recording, ax):
    raster(recording, neurons={"hidden": [2], "pixels": np.array([True, False, True])}, ax=ax)
    assert dots(ax) == [(100, 0), (101, 1), (105, 2), (110, 2)]


def test_the_rate_below_is_spikes_per_neuron_and_step(recording, ax):
    raster(recording, "hidden", rate_bin=10, ax=ax)
    below = ax.figure.axes[1]
    values, edges, _ = below.patches[0].get_data()
    assert edges.tolist() == [99.5, 109.5, 119.5, 129.5, 139.5, 149.5]
    assert values == pytest.approx(np.array([1, 2, 0, 1, 0]) / 50)
    assert below.get_ylim()[0] == 0


def test_the_rate_shares_the_time_and_alone_has_its_label(recording, ax):
    raster(recording, ax=ax)
    below = ax.figure.axes[1]
    assert below.get_shared_x_axes().joined(ax, below)
    assert (ax.get_xlabel(), below.get_xlabel()) == ("", "time (steps)")
    assert below.get_position().y1 < ax.get_position().y0
    assert ax.figure.gca() is ax


def test_the_rate_can_be_left_out_or_go_elsewhere(recording):
    figure = Figure()
    upper, lower = figure.subplots(2)
    raster(recording, rate=False, ax=upper)
    assert len(figure.axes) == 2
    assert upper.get_xlabel() == "time (steps)"
    raster(recording, rate=lower, ax=upper)
    assert len(figure.axes) == 2
    assert len(lower.patches) == 2


def test_tick_labels_stay_hidden_in_an_upper_subplot(recording):
    upper, lower = Figure().subplots(2, sharex=True)
    raster(recording, ax=upper)
    assert upper.figure.axes[2].get_xlabel() == ""
    raster(recording, rate=False, ax=lower)
    assert lower.get_xlabel() == "time (steps)"


@at_most(20)
@given(st.integers(1, 3000), st.integers(1, 2000), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_the_image_holds_every_spike(steps, size, count, seed):
    draws = np.random.default_rng(seed)
    times, indices = draws.integers(0, steps, count), draws.integers(0, size, count)
    ax = raster((times, indices, size), max_dots=0, window=(0, steps), ax=Figure().subplots())
    (image,) = ax.images
    assert image.get_array().sum() == count
    left, right, bottom, top = image.get_extent()
    assert (left, bottom) == (-0.5, -0.5)
    lines, columns = image.get_array().shape
    found = np.zeros((lines, columns), int)
    wide, high = (right - left) / columns, (top - bottom) / lines
    np.add.at(found, (((indices + 0.5) // high).astype(int), ((times + 0.5) // wide).astype(int)), 1)
    assert np.array_equal(image.get_array().filled(0), found)
    assert ax.get_xlim() == (-0.5, steps - 0.5)
    assert ax.get_ylim() == (-0.5, size - 0.5)


def test_the_image_starts_above_the_limit_and_the_corner_says_so(ax):
    times = np.arange(60)
    raster((times, times % 7), max_dots=60, ax=ax)
    assert not ax.images
    assert ax.get_title(loc="right") == ""
    other = raster((times, times % 7), max_dots=59, ax=Figure().subplots())
    assert not dots(other)
    assert other.get_title(loc="right") == "60 spikes, counted in pixels of 1 step × 1 neuron"


def test_a_million_spikes_become_no_more_cells_than_pixels(ax):
    draws = np.random.default_rng(0)
    raster((draws.integers(0, 10_000, 1_000_000), draws.integers(0, 5_000, 1_000_000)), ax=ax)
    (image,) = ax.images
    box = ax.get_window_extent()
    assert image.get_array().sum() == 1_000_000
    assert image.get_array().size <= (box.width + 1) * (box.height + 1)
    assert ax.get_title(loc="right").startswith("1,000,000 spikes")


def test_the_image_has_one_part_a_population_in_its_place(recording, ax):
    raster(recording, max_dots=0, ax=ax)
    lower, upper = ax.images
    assert lower.get_extent() == [99.5, 149.5, -0.5, 2.5]
    assert upper.get_extent() == [99.5, 149.5, 2.5, 7.5]
    assert upper.get_array().sum() == 4
    drawn = upper.cmap(1.0)
    assert drawn == pytest.approx(to_rgba("C1"))


def test_pixels_without_spikes_let_the_band_show(ax):
    raster(([0], [0], 2), max_dots=0, ax=ax)
    assert ax.images[0].get_array().mask.tolist() == [[False], [True]]


def test_many_dots_are_an_image_in_a_vector_file(ax):
    times = np.arange(20_000)
    raster((times, times % 50), ax=ax)
    assert ax.collections[0].get_rasterized()
    file = io.BytesIO()
    ax.figure.savefig(file, format="svg")
    assert len(file.getvalue()) < 500_000


def test_colours_come_from_the_property_cycle_or_the_user(recording):
    with matplotlib.rc_context({"axes.prop_cycle": matplotlib.cycler(color=["red", "green"])}):
        ax = raster(recording, ax=Figure().subplots())
    assert [tuple(c.get_edgecolor()[0]) for c in ax.collections] == [to_rgba("red"), to_rgba("green")]
    ax = raster(recording, colors={"hidden": "black"}, ax=Figure().subplots())
    assert tuple(ax.collections[1].get_edgecolor()[0]) == to_rgba("black")
    ax = raster(recording, colors=["k", "0.5"], ax=Figure().subplots())
    assert tuple(ax.collections[0].get_edgecolor()[0]) == to_rgba("k")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": (140, 120)}, "start < stop"),
        ({"window": (200, 300)}, r"100\.\.149"),
        ({"window": 5}, "whole steps"),
        ({"window": (0.5, 3)}, "whole steps"),
        ({"neurons": [7]}, r'population "pixels", neurons: got 7, allowed is 0\.\.2'),
        ({"neurons": [0, 0]}, "twice"),
        ({"neurons": []}, "without a neuron"),
        ({"neurons": [True]}, "mask of shape"),
        ({"neurons": [0.5]}, "whole numbers"),
        ({"rate_bin": 0}, "at least 1 step"),
        ({"colors": ["red"]}, "one for each of the 2"),
        ({"ax": "left"}, "one matplotlib Axes"),
    ],
)
def test_wrong_options_say_what_is_allowed(recording, options, message):
    with pytest.raises(ValidationError, match=message):
        raster(recording, **{"ax": Figure().subplots(), **options})


@pytest.mark.parametrize(
    "options", [{"populations": "hiden"}, {"neurons": {"hiden": [0]}}, {"colors": {"hiden": "red"}}]
)
def test_an_unknown_population_gets_a_hint(recording, ax, options):
    with pytest.raises(UnknownNameError, match='did you mean "hidden"'):
        raster(recording, ax=ax, **options)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (([1, 2], [0]), "2 times and 1 indices"),
        (([1], [5], 5), r"neuron index 5, allowed is 0\.\.4"),
        (([1], [-1]), "neuron index -1"),
        (([0.5], [0]), "whole numbers"),
        (([[1]], [[0]]), "flat lists"),
        ((1, 2, 3, 4), "tuple of 4"),
        ([[0, 1, 0], [1, 0, 0], [0, 0, 1]], "could be times, frames or rows"),
        (([0], [2**33]), r"neuron index 8589934592, allowed is 0\.\.16777215"),
        (([0], [1], 2**33), "size: got 8589934592"),
        (np.zeros(5), r"shape \(5,\)"),
        ("hidden", "allowed is a recording"),
        ({}, "at least one population"),
    ],
)
def test_wrong_spikes_say_what_is_allowed(source, message, ax):
    with pytest.raises(ValidationError, match=message):
        raster(source, ax=ax)


def test_a_recording_without_spikes_says_how_to_get_some(recording, ax):
    recording.events.clear()
    with pytest.raises(ValidationError, match="Probe them"):
        raster(recording, ax=ax)
