"""Traces: the samples themselves, peaks that survive, thresholds, spike marks, panels and lanes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from profiles import at_most

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.plots import raster, traces


def lines(ax):
    """Traces drawn: label and samples of each line that is data."""
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith(("_", "threshold"))}


def marks(ax):
    return [line.get_xdata().tolist() for line in ax.lines if line.get_label() == "_spikes"]


def thresholds(ax):
    return [line.get_ydata()[0] for line in ax.lines if line.get_label() in ("threshold", "_threshold")]


def test_every_sample_is_at_its_step(recording, ax):
    assert traces(recording, "hidden.v", ax=ax) is ax
    drawn = lines(ax)
    assert list(drawn) == ["0", "2", "4"]
    assert drawn["2"].get_xdata().tolist() == list(range(100, 150))
    assert drawn["2"].get_ydata().tolist() == recording["hidden.v"][:, 1].tolist()
    assert ax.get_xlim() == (99.5, 149.5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (steps)", "hidden.v")


def test_times_of_a_probe_with_an_interval(recording, ax):
    recording.every = 10
    recording.arrays["hidden.v"] = recording.arrays["hidden.v"][:5]
    traces(recording, "hidden.v", neurons=0, ax=ax)
    assert lines(ax)["0"].get_xdata().tolist() == [100, 110, 120, 130, 140]
    assert ax.get_xlim() == (99.5, 149.5)


@at_most(25)
@given(st.integers(0, 49_999), st.sampled_from([-1, 1]), st.integers(8, 2**20))
def test_a_peak_of_one_sample_survives(place, sign, height):
    values = (7 * np.sin(np.arange(50_000) / 70)).astype(np.int64)
    values[place] = sign * height
    ax = traces(values, ax=Figure().subplots())
    line = lines(ax)["0"]
    drawn = line.get_ydata()
    assert drawn.size < 10_000
    assert drawn[line.get_xdata() == place].tolist() == [sign * height]
    low, high = ax.get_ylim()
    assert low < sign * height < high


def test_the_neurons_own_thresholds_are_drawn_at_v_only(recording, ax):
    traces(recording, "hidden", ax=ax)
    upper, lower = ax.figure.axes
    assert upper.get_ylabel() == "hidden.u"
    assert not thresholds(upper)
    assert thresholds(lower) == [100, 102, 104]
    assert lower.get_ylim()[1] > 104


def test_one_threshold_for_all_is_one_line(recording, ax):
    recording.populations["hidden"]["vth"] = 90
    traces(recording, "hidden.v", ax=ax)
    assert thresholds(ax) == [90]
    assert ax.get_legend().get_texts()[-1].get_text() == "threshold"


def test_a_threshold_of_one_trace_is_named_at_its_line(recording, ax):
    traces(recording, "hidden.v", neurons=4, ax=ax)
    assert thresholds(ax) == [104]
    assert [text.get_text() for text in ax.texts] == ["threshold"]
    assert ax.get_legend() is None


def test_a_threshold_far_off_is_said_and_does_not_squash_the_trace(recording, ax):
    recording.populations["hidden"]["vth"] = 131071 << 6
    traces(recording, "hidden.v", ax=ax)
    assert not thresholds(ax)
    assert ax.get_title(loc="right") == "threshold 8,388,544 is off the scale"
    assert ax.get_ylim()[1] < 200


@pytest.mark.parametrize(("threshold", "drawn"), [(False, []), (0, [0]), (50.5, [50.5]), ([1, 2, 3, 4, 5], [1, 3, 5])])
def test_thresholds_can_be_given_or_left_out(recording, ax, threshold, drawn):
    traces(recording, "hidden.v", threshold=threshold, ax=ax)
    assert thresholds(ax) == drawn


def test_a_population_without_a_threshold_has_no_line(recording, ax):
    recording.populations["hidden"]["vth"] = None
    traces(recording, "hidden.v", ax=ax)
    assert not thresholds(ax)


def test_spikes_are_marked_above_the_trace(recording, ax):
    traces(recording, "hidden.v", neurons=[0, 2], ax=ax)
    assert marks(ax) == [[110], [105, 110]]
    heights = [line.get_ydata()[0] for line in ax.lines if line.get_label() == "_spikes"]
    assert 102 < heights[0] < heights[1] < ax.get_ylim()[1]


def test_spikes_can_be_given_or_left_out(recording, ax):
    traces(recording, "hidden.v", spikes=False, ax=ax)
    assert not marks(ax)
    given_by_hand = traces(np.zeros((9, 2), int), spikes=([3, 8, 8], [1, 1, 0]), ax=Figure().subplots())
    assert marks(given_by_hand) == [[8], [3, 8]]


def test_marks_are_those_of_the_window(recording, ax):
    traces(recording, "hidden.v", neurons=2, window=(106, 120), ax=ax)
    assert marks(ax) == [[110]]
    assert lines(ax)["2"].get_xdata().tolist() == list(range(106, 120))
    assert ax.get_xlim() == (105.5, 119.5)


def test_stacked_traces_do_not_meet_and_show_a_scale(recording, ax):
    traces(recording, "hidden.v", stacked=True, ax=ax)
    drawn = list(lines(ax).values())
    for lower, upper in pairwise(drawn):
        assert lower.get_ydata().max() < upper.get_ydata().min()
    assert drawn[0].get_ydata().tolist() == recording["hidden.v"][:, 0].tolist()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "2", "4"]
    bar = next(line for line in ax.lines if line.get_label() == "_scale")
    length = bar.get_ydata()[1] - bar.get_ydata()[0]
    assert [text.get_text() for text in ax.texts] == [f"{length:g}"]
    assert ax.get_legend() is None


@pytest.mark.parametrize(("count", "stacked", "lanes"), [(3, None, False), (4, None, True), (4, False, False)])
def test_more_than_three_neurons_are_stacked_by_default(ax, count, stacked, lanes):
    traces(np.arange(40).reshape(10, 4), neurons=range(count), stacked=stacked, ax=ax)
    assert any(line.get_label() == "_scale" for line in ax.lines) == lanes


def test_several_overlaid_neurons_have_a_legend(ax):
    traces(np.arange(20).reshape(10, 2), ax=ax)
    legend = ax.get_legend()
    assert legend.get_title().get_text() == "neuron"
    assert [text.get_text() for text in legend.get_texts()] == ["0", "1"]


def test_only_the_first_ten_neurons_are_drawn_unless_asked_for(ax):
    values = np.arange(60).reshape(3, 20)
    traces(values, ax=ax)
    assert len(lines(ax)) == 10
    assert ax.get_title(loc="right") == "first 10 of 20 neurons"
    other = traces(values, neurons=slice(None), ax=Figure().subplots())
    assert len(lines(other)) == 20
    assert other.get_title(loc="right") == ""


def test_the_same_neurons_are_explained_once(recording, ax):
    traces(recording, "hidden", ax=ax)
    upper, lower = ax.figure.axes
    assert upper.get_legend() is not None
    assert lower.get_legend() is None
    assert (upper.get_xlabel(), lower.get_xlabel()) == ("", "time (steps)")


def test_weights_and_traces_of_a_connection(ax):
    net = Network(seed=1)
    cells = net.population("cells", 4, vth=100)
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(16, 10))
    net.connect(net.input("drive", 3, rate=0.5), cells, np.full((4, 3), 100), learning=rule, name="stdp")
    net.probe("stdp", ["weights", "x1"], every=10)
    recording = Emulator(net).run(50)
    traces(recording, ax=ax)
    upper, lower = ax.figure.axes
    assert [label.get_text() for label in upper.get_yticklabels()] == [str(synapse) for synapse in range(10)]
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("stdp.weights, by synapse", "stdp.x1")
    assert upper.get_title(loc="right") == "first 10 of 12 synapses"
    assert list(lines(lower)) == ["0", "1", "2"] and lower.get_legend().get_title().get_text() == "neuron"
    assert lines(lower)["2"].get_ydata().tolist() == recording["stdp.x1"][:, 2].tolist()
    top = lines(upper)["5"].get_ydata() - lines(upper)["0"].get_ydata()
    weights = recording["stdp.weights"]
    assert np.ptp(top - (weights[:, 1, 2] - weights[:, 0, 0])) < 1e-9


def test_plain_arrays_by_name_and_with_their_own_times(ax):
    traces({"u": [1, 2, 3], "v": [4.0, 5.0, 6.0]}, times=[10, 20, 40], ax=ax)
    upper, lower = ax.figure.axes
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("u", "v")
    assert lines(lower)["0"].get_xdata().tolist() == [10, 20, 40]
    assert ax.get_xlim() == (9.5, 40.5)


def test_traces_go_below_a_raster_and_share_its_time(recording, ax):
    raster(recording, window=(110, 140), ax=ax)
    below = traces(recording, "hidden.v", sharex=ax)
    assert below.figure is ax.figure
    assert below.get_shared_x_axes().joined(below, ax)
    assert below.get_xlim() == (109.5, 139.5)
    bottoms = [panel.get_position().y0 for panel in ax.figure.axes]
    assert bottoms == sorted(bottoms, reverse=True)
    assert [panel.get_xlabel() for panel in ax.figure.axes] == ["", "", "time (steps)"]
    below.set_xlim(115, 120)
    assert ax.get_xlim() == (115, 120)


def test_axes_can_be_tied_to_a_raster(recording):
    upper, lower = Figure().subplots(2)
    raster(recording, rate=False, ax=upper)
    assert traces(recording, "hidden.v", ax=lower, sharex=upper) is lower
    assert lower.get_shared_x_axes().joined(lower, upper)


def test_free_axes_and_subfigures_are_divided_too(recording):
    free = Figure().add_axes((0.1, 0.1, 0.8, 0.8))
    traces(recording, "hidden", ax=free)
    upper, lower = (panel.get_position() for panel in free.figure.axes)
    assert lower.y0 == pytest.approx(0.1)
    assert lower.y1 < upper.y0
    assert upper.y1 == pytest.approx(0.9)
    part = Figure().subfigures(1, 2)[1].subplots()
    raster(recording, ax=part)
    assert len(part.figure.axes) == 2


@pytest.mark.parametrize("values", [np.zeros((5, 1), int), np.full(5, 3.0), np.full(5, np.nan), np.zeros((0, 2))])
def test_flat_and_empty_traces_have_sound_limits(values, ax):
    traces(values, ax=ax)
    low, high = ax.get_ylim()
    assert high > low
    assert np.isfinite([low, high]).all()
    ax.figure.draw_without_rendering()


def test_integers_get_whole_ticks(ax):
    traces(np.array([0, 1, 2, 1]), ax=ax)
    assert all(float(tick).is_integer() for tick in [*ax.get_yticks(), *ax.get_xticks()])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neurons": [1]}, 'population "hidden", neurons: got 1, allowed is 0, 2, 4'),
        ({"names": []}, "empty list"),
        ({"times": [1, 2]}, "plain arrays only"),
        ({"threshold": [1, 2]}, "one number, or one a neuron"),
        ({"window": (0, 50)}, "recorded 100..149"),
        ({"sharex": 3}, "one matplotlib Axes"),
    ],
)
def test_wrong_options_say_what_is_allowed(recording, options, message):
    with pytest.raises(ValidationError, match=message):
        traces(recording, **{"names": "hidden.v", "ax": Figure().subplots(), **options})


@pytest.mark.parametrize("name", ["hiden", "hidden.w", "hidden.V"])
def test_an_unknown_array_gets_a_hint(recording, ax, name):
    with pytest.raises(UnknownNameError, match="did you mean"):
        traces(recording, name, ax=ax)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (np.zeros((2, 2, 2)), {}, r"shape \(2, 2, 2\)"),
        (["a"], {}, "real numbers"),
        ({}, {}, "at least one array"),
        ([1, 2], {"times": [1]}, "one for each of the 2 rows"),
        ([1, 2], {"times": [2, 1]}, "rising order"),
        ([1, 2], {"spikes": np.zeros((2, 0))}, "spikes of 0 neurons"),
    ],
)
def test_wrong_arrays_say_what_is_allowed(source, options, message, ax):
    with pytest.raises(ValidationError, match=message):
        traces(source, ax=ax, **options)


def test_a_recording_of_spikes_only_says_how_to_get_traces(recording, ax):
    recording.arrays.clear()
    with pytest.raises(ValidationError, match="Probe a variable"):
        traces(recording, ax=ax)


def test_axes_that_share_their_time_already_cannot_share_another(recording):
    upper, lower = Figure().subplots(2, sharex=True)
    with pytest.raises(ValidationError, match="share their time"):
        traces(recording, "hidden.v", ax=lower, sharex=Figure().subplots())
    traces(recording, "hidden.v", ax=lower, sharex=upper)
