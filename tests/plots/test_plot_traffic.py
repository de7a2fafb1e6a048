"""Matrices of messages: the numbers of the placement, chips divided, large ones in blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from loihi_emu import LOIHI1, Network
from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.plots import traffic


def two(strategy):
    net = Network()
    source = net.input("source", 3, rate=0.1)
    a, b = net.population("a", 4, vth=1), net.population("b", 2, vth=1)
    net.connect(source, a, np.ones((4, 3), int))
    net.connect(a, b, np.ones((2, 4), int))
    net.connect(b, b, np.ones((2, 2), int))
    return net.place(strategy=strategy)


def chain(size, per_core, **chip):
    """Each neuron sends to the next; so do cores."""
    net = Network()
    p = net.population("p", size, vth=1)
    net.connect(p, p, (np.arange(size - 1), np.arange(1, size), 5))
    return net.place(chip=replace(LOIHI1, compartments_per_core=per_core, **chip))


def test_cores(ax):
    placement = two({"a": [0, 0, 1, 1], "b": 2})
    traffic(placement, {"a": [1, 0.5, 0.25, 0], "b": 1}, ax=ax)
    (image,) = ax.images
    assert image.get_array().filled(0).tolist() == [[0, 0, 1.5], [0, 0, 0.25], [0, 0, 2]]
    assert image.get_array().mask.sum() == 6
    assert image.get_clim() == (0, 2)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("to core", "from core")
    assert not ax.lines


def test_populations_are_named_and_inputs_have_rows(ax):
    traffic(two({"a": [0, 0, 1, 1], "b": 2}), {"a": 0.5, "source": 1}, by="population", ax=ax)
    assert ax.images[0].get_array().filled(0).tolist() == [[6, 0], [0, 2], [0, 0]]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["source", "a", "b"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "b"]


def test_chips_are_divided_by_lines():
    placement = two({"a": [0, 0, 128, 128], "b": 2})
    ax = traffic(placement, ax=Figure().subplots())
    assert [line.get_xdata()[0] for line in ax.lines[::2]] == [127.5]
    assert ax.get_title(loc="right") == "lines divide chips"
    ax = traffic(placement, by="chip", ax=Figure().subplots())
    assert ax.images[0].get_array().filled(0).tolist() == [[4, 0], [2, 0]]
    assert not ax.lines


def test_numbers_that_span_decades_have_logarithmic_colours(ax):
    traffic(two({"a": 0, "b": 1}), {"a": 1, "b": 0.0001}, ax=ax)
    assert isinstance(ax.images[0].norm, LogNorm)
    assert ax.images[0].get_clim() == (0.0002, 4)


@pytest.mark.parametrize("cores", [1500, 3000])
def test_more_cores_than_pixels_are_shown_in_blocks(cores):
    placement = chain(cores, 1)
    assert placement.cores == cores
    ax = traffic(placement, ax=Figure(figsize=(4, 3)).subplots())
    data = ax.images[0].get_array().filled(0)
    high, wide = data.shape
    assert high < 300 and wide < 400
    note = ax.get_title(loc="right")
    assert note.startswith("mean of each ")
    lines, columns = (int(n) for n in note.removeprefix("mean of each ").split(" block")[0].split(" × "))
    last = np.outer(*(np.minimum(n, cores - n * np.arange(-(-cores // n))) for n in (lines, columns)))
    assert (data * last).sum() == pytest.approx(cores - 1)
    assert ax.get_xlim() == (-0.5, cores - 0.5)


def test_no_messages(ax):
    traffic(two({"a": 0, "b": 0}), {"a": 0}, ax=ax)
    assert ax.get_title(loc="right") == "no messages"
    ax.figure.draw_without_rendering()


@pytest.mark.slow
def test_many_populations_have_some_names():
    net = Network()
    for k in range(200):
        net.connect(net.population(f"long name {k}", 1, vth=1), net[f"long name {k // 2}"], 5)
    ax = traffic(net.place(), by="population", ax=Figure(figsize=(4, 3)).subplots())
    assert 3 < len(ax.get_yticks()) < 40
    assert ax.get_xticklabels()[1].get_text() == f"long name {ax.get_xticks()[1]:.0f}"


def test_mistakes(ax):
    with pytest.raises(UnknownNameError, match='did you mean "core"'):
        traffic(two({"a": 0, "b": 0}), by="cores", ax=ax)
    with pytest.raises(ValidationError, match=r"network\.place\(\)"):
        traffic({}, ax=ax)
