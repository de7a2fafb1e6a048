"""What no plot may do: import matplotlib early, touch pyplot where axes are given, show windows, change settings."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from loihi_emu import Emulator, Network, ValidationError, plots
from loihi_emu.learning import pair_stdp


def placement():
    net = Network()
    cells = net.population("cells", 3000, vth=100)
    net.connect(cells[:10], cells[1500:1510], 50)
    return net.place()


CALLS = {
    "raster": lambda **to: plots.raster(([0, 5], [1, 0]), **to),
    "raster image": lambda **to: plots.raster(([0, 5], [1, 0]), max_dots=0, **to),
    "traces": lambda **to: plots.traces({"u": [1, 2], "v": [3, 4]}, **to),
    "traces stacked": lambda **to: plots.traces(np.arange(12).reshape(3, 4), **to),
    "weights": lambda **to: plots.weights([[1, -2]], **to),
    "weights histogram": lambda **to: plots.weights([[1, -2]], "histogram", **to),
    "weight change": lambda **to: plots.weight_change([1, 2], [2, 3], **to),
    "learning window": lambda **to: plots.learning_window(pair_stdp(), [-2, 2], repeats=2, **to),
    "confusion": lambda **to: plots.confusion([[3, 1], [0, 2]], **to),
    "precision": lambda **to: plots.precision(FOUND, **to),
    "core map": lambda **to: plots.core_map(placement(), **to),
    "traffic": lambda **to: plots.traffic(placement(), **to),
}

FOUND = SimpleNamespace(uniform={8: 1, 2: 0}, layers={"a": {8: 1, 2: 0}}, bits={"a": 8}, target=1, float_accuracy=1)

WITHOUT_PYPLOT = """
import sys
from loihi_emu import plots
assert "matplotlib" not in sys.modules, "importing the package imported matplotlib"
from matplotlib.figure import Figure
axes = Figure(layout="constrained").subplots(2, 2).ravel()
plots.raster(([0], [0]), ax=axes[0])
plots.traces([1, 2], ax=axes[1])
plots.weights([[1, 2]], ax=axes[2])
plots.confusion([[1]], ax=axes[3])
axes[0].figure.draw_without_rendering()
assert "matplotlib.pyplot" not in sys.modules, "a plot into given axes imported pyplot"
"""


@pytest.mark.slow
def test_matplotlib_comes_with_the_first_plot_and_pyplot_only_without_axes():
    done = subprocess.run([sys.executable, "-c", WITHOUT_PYPLOT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_settings_stay_as_they_were_and_nothing_is_shown(call, pyplot, monkeypatch):
    monkeypatch.setattr(pyplot, "show", lambda *a, **k: pytest.fail("a plot called show"))
    before = dict(matplotlib.rcParams)
    call()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_without_axes_a_new_figure_is_made_and_its_axes_are_current(call, pyplot):
    ax = call()
    assert pyplot.get_fignums() == [ax.figure.number]
    assert pyplot.gca() is ax


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_given_axes_are_used_and_drawn_inside_the_figure(call, layout):
    figure = Figure(layout=layout)
    ax = figure.subplots()
    assert call(ax=ax) is ax
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_position()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= 1
        assert box.y1 <= 1


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_the_neighbour_of_given_axes_is_left_alone(call):
    left, right = Figure().subplots(1, 2)
    place = right.get_position().bounds
    call(ax=left)
    left.figure.draw_without_rendering()
    assert not right.has_data()
    assert right.get_position().bounds == place


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_an_array_of_axes_is_refused_with_a_hint(call):
    with pytest.raises(ValueError, match="one matplotlib Axes"):
        call(ax=Figure().subplots(2))


def test_elements_of_the_network_stand_for_their_names():
    net = Network(seed=1)
    source, cells = net.input("source", 4, rate=0.3), net.population("cells", 3, vth=60)
    learns = net.connect(source, cells, np.full((3, 4), 40), learning=pair_stdp(), name="learns")
    net.probe(source), net.probe(cells, ["spikes", "v"]), net.probe(learns, "weights", every=10)
    recording = Emulator(net).run(40)

    def drawn(ax):
        return [line.get_xydata().tolist() for line in ax.lines], [c.get_offsets().tolist() for c in ax.collections]

    for by_element, by_name in (
        (plots.raster(recording, cells), plots.raster(recording, "cells")),
        (plots.raster(recording, [cells, source]), plots.raster(recording, ["cells", "source"])),
        (plots.traces(recording, cells), plots.traces(recording, "cells")),
        (plots.weight_history(recording, learns), plots.weight_history(recording, "learns")),
    ):
        assert drawn(by_element) == drawn(by_name)


@pytest.mark.parametrize(("plot", "argument"), [(plots.raster, "populations"), (plots.traces, "names")])
def test_what_has_no_name_is_refused_and_a_part_is_told_how(plot, argument):
    net = Network()
    cells = net.population("cells", 9, vth=60)
    probe = net.probe(cells, ["spikes", "v"])
    recording = Emulator(net).run(3)
    for wrong in (3, net, probe, Network, [cells, 3]):
        with pytest.raises(ValidationError, match=f"{argument}: got .*allowed is a population, an input, a connection"):
            plot(recording, wrong)
    with pytest.raises(ValidationError, match=r'For part of "cells" give neurons=slice\(2, 5, 1\)'):
        plot(recording, cells[2:5])
    plot(recording, cells, neurons=slice(2, 5, 1))
