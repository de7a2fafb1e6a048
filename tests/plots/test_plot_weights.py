"""Weight matrices: centred colours, blocks of big matrices, histograms that keep signs apart."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from matplotlib.figure import Figure
from scipy import sparse

from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.plots import weights
from loihi_emu.plots._weights import _edges

MATRIX = np.array([[0, 64, 1], [-128, 0, 2]])


def connection(kind, **more):
    pre = SimpleNamespace(target=SimpleNamespace(name="pixels"), size=3)
    post = SimpleNamespace(target=SimpleNamespace(name="hidden"), size=2)
    return SimpleNamespace(name="pixels_hidden", kind=kind, pre=pre, post=post, **more)


def bars(ax):
    """Sum of the bars left and right of zero."""
    left = right = 0
    for patch in ax.patches:
        values, edges, _ = patch.get_data()
        middles = edges[:-1] + edges[1:]
        left += values[middles < 0].sum()
        right += values[middles > 0].sum()
    return left, right


def test_the_image_shows_every_weight_with_zero_in_the_middle(ax):
    assert weights(MATRIX, ax=ax) is ax
    (image,) = ax.images
    assert image.get_array().tolist() == MATRIX.tolist()
    assert image.get_clim() == (-128, 128)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.5, 2.5), (1.5, -0.5))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("presynaptic neuron", "postsynaptic neuron")
    red, green, blue, _ = image.to_rgba(np.array([[0]]))[0, 0]
    assert min(red, green, blue) > 0.95


def test_a_matrix_of_zeros_and_a_limit(ax):
    weights(np.zeros((3, 3), int), ax=ax)
    assert ax.images[0].get_clim() == (-1, 1)
    other = weights(MATRIX, limit=300, ax=Figure().subplots())
    assert other.images[0].get_clim() == (-300, 300)


def test_the_colour_bar_is_labelled_and_can_be_left_out():
    with_bar = Figure().subplots()
    weights(MATRIX, label="weight (mantissa)", ax=with_bar)
    assert with_bar.figure.axes[1].get_ylabel() == "weight (mantissa)"
    without = Figure().subplots()
    weights(MATRIX, colorbar=False, ax=without)
    assert len(without.figure.axes) == 1
    assert not without.child_axes


def test_the_colour_bar_is_as_high_as_a_flat_matrix():
    figure = Figure(layout="constrained")
    ax = weights(np.ones((10, 25)), ax=figure.subplots())
    figure.draw_without_rendering()
    (bar,) = ax.child_axes
    assert bar.get_window_extent().height == pytest.approx(ax.get_window_extent().height)


@pytest.mark.parametrize(
    "source",
    [
        sparse.csr_matrix(MATRIX),
        sparse.coo_array(MATRIX),
        connection("dense", values=MATRIX),
        connection("sparse", indptr=[0, 1, 2, 4], indices=[1, 0, 0, 1], values=np.array([-128, 64, 1, 2])),
    ],
)
def test_sparse_matrices_and_connections_look_like_dense_ones(source, ax):
    weights(source, ax=ax)
    assert np.array_equal(ax.images[0].get_array(), MATRIX)
    assert ax.get_xlim() == (-0.5, 2.5)


def test_a_connection_names_its_ends(ax):
    weights(connection("dense", values=MATRIX), ax=ax)
    assert ax.get_title() == "pixels_hidden"
    assert ax.get_xlabel() == "presynaptic neuron (pixels)"
    assert ax.get_ylabel() == "postsynaptic neuron (hidden)"


def test_a_convolution_shows_its_kernel_one_channel_a_row(ax):
    kernel = np.arange(2 * 3 * 3).reshape(2, 3, 3, 1)
    weights(connection("conv", conv=SimpleNamespace(kernel=kernel)), ax=ax)
    assert np.array_equal(ax.images[0].get_array(), kernel.reshape(2, 9))
    assert ax.get_ylabel() == "output channel"


def test_a_matrix_beyond_the_pixels_shows_means_and_says_so(ax):
    matrix = np.zeros((1500, 3000), np.int8)
    matrix[:, 1500:] = -100
    box = ax.get_window_extent().frozen()
    weights(matrix, ax=ax)
    shown = ax.images[0].get_array()
    assert shown.shape[0] <= box.height + 1
    assert shown.shape[1] <= box.width + 1
    assert (shown.min(), shown.max()) == (-100, 0)
    assert ax.get_title(loc="right").startswith("mean of each ")
    assert ax.get_xlim() == (-0.5, 2999.5)
    sparse_ax = weights(sparse.csr_matrix(matrix), ax=Figure().subplots())
    assert np.array_equal(sparse_ax.images[0].get_array(), shown)


def test_the_histogram_counts_both_signs_and_tells_of_zeros(ax):
    weights(MATRIX, "histogram", ax=ax)
    assert bars(ax) == (1, 3)
    assert ax.get_title(loc="right") == "2 of 6 weights are 0 and not shown"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("weight", "synapses")


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.ones((1, 1), int), np.full((2, 2), -0.5)])
def test_histograms_of_one_value(matrix, ax):
    weights(matrix, "histogram", ax=ax)
    assert sum(bars(ax)) == np.count_nonzero(matrix)
    ax.figure.draw_without_rendering()


@example(np.array([3.9375]), 46)  # 45 * (3.9375 / 45) is less than 3.9375
@given(
    st.one_of(
        hnp.arrays(np.int64, st.integers(0, 50), elements=st.integers(-256, 255).filter(bool)),
        hnp.arrays(np.float64, st.integers(0, 50), elements=st.floats(-10, 10).filter(lambda x: abs(x) > 1e-3)),
    ),
    st.integers(1, 100),
)
def test_bins_cover_all_weights_and_none_holds_both_signs(values, bins):
    edges = _edges(values, bins)
    assert np.all(np.diff(edges) > 0)
    assert np.histogram(values, edges)[0].sum() == values.size
    assert edges.size - 1 <= max(bins, 3) + 1
    for low, high in pairwise(edges):
        inside = values[(values >= low) & (values < high)]
        assert not (np.any(inside > 0) and np.any(inside < 0))


def test_an_unknown_kind_gets_a_hint(ax):
    with pytest.raises(UnknownNameError, match='did you mean "histogram"'):
        weights(MATRIX, "histgram", ax=ax)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (np.zeros(3), {}, r"shape \(3,\)"),
        (np.zeros((0, 3)), {}, r"shape \(0, 3\)"),
        ([[1.0, np.nan]], {}, "finite"),
        ([["a"]], {}, "numbers"),
        (MATRIX, {"limit": 0}, "greater than 0"),
        (MATRIX, {"bins": 0}, "at least 1"),
        (sparse.csr_matrix((0, 3)), {}, r"shape \(0, 3\)"),
    ],
)
def test_wrong_matrices_say_what_is_allowed(source, options, message, ax):
    with pytest.raises(ValidationError, match=message):
        weights(source, ax=ax, **options)


def test_a_recording_is_no_matrix(recording, ax):
    with pytest.raises(ValidationError, match=r"net.connections"):
        weights(recording, ax=ax)
