"""Reductions of data to pixels lose no spike and no peak."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loihi_emu.plots._bins import (
    block_means,
    block_means_sparse,
    decimate,
    pixel_counts,
    spike_rate,
    spread,
    thin,
)

COUNTS = st.integers(1, 40)


@st.composite
def events(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int, int, int]:
    """Times and rows of spikes, with their window and number of rows."""
    start = draw(st.integers(-20, 1000))
    steps, size, count = draw(st.integers(1, 200)), draw(st.integers(1, 50)), draw(st.integers(0, 60))
    times = draw(hnp.arrays(np.int64, count, elements=st.integers(start, start + steps - 1)))
    rows = draw(hnp.arrays(np.int64, count, elements=st.integers(0, size - 1)))
    return times, rows, start, start + steps, size


@given(events(), COUNTS, COUNTS)
def test_pixel_counts_hold_every_spike_where_it_is(drawn, columns, lines):
    times, rows, start, stop, size = drawn
    counts, steps_per, rows_per = pixel_counts(times, rows, start, stop, size, columns, lines)
    assert counts.shape[0] <= lines
    assert counts.shape[1] <= columns
    assert counts.shape[0] * rows_per >= size
    assert counts.shape[1] * steps_per >= stop - start
    by_hand = np.zeros_like(counts)
    for time, row in zip(times, rows, strict=True):
        by_hand[row // rows_per, (time - start) // steps_per] += 1
    assert np.array_equal(counts, by_hand)


@given(events(), COUNTS)
def test_the_rate_times_neurons_and_steps_is_the_number_of_spikes(drawn, width):
    times, _, start, stop, size = drawn
    edges, values = spike_rate(times, start, stop, size, width)
    assert edges[0] == start - 0.5
    assert edges[-1] == stop - 0.5
    assert np.sum(values * np.diff(edges) * size) == pytest.approx(times.size)


def test_the_rate_of_a_short_last_bin_is_over_its_own_steps():
    edges, values = spike_rate(np.array([0, 4]), 0, 5, 1, 2)
    assert edges.tolist() == [-0.5, 1.5, 3.5, 4.5]
    assert values.tolist() == [0.5, 0.0, 1.0]


@given(
    hnp.arrays(np.int64, st.integers(0, 400), elements=st.integers(-(2**23), 2**23)),
    COUNTS,
    st.randoms(use_true_random=False),
)
def test_decimation_keeps_ends_and_extremes_of_every_span(values, columns, random):
    times = np.cumsum([random.choice([0, 1, 1, 1, 30]) for _ in values]).astype(np.int64)
    rows = decimate(times, values, columns)
    assert np.all(np.diff(rows) > 0)
    if values.size <= 4 * columns:
        assert rows.size == values.size
        return
    assert rows.size <= 4 * columns
    span = times[-1] - times[0]
    column = np.minimum((times - times[0]) * (columns / span), columns - 1).astype(int) if span else 0 * times
    for number in np.unique(column):
        inside = np.flatnonzero(column == number)
        kept = np.intersect1d(inside, rows)
        assert kept[0] == inside[0]
        assert kept[-1] == inside[-1]
        assert values[kept].min() == values[inside].min()
        assert values[kept].max() == values[inside].max()


@given(st.integers(0, 9999), st.floats(1.0, 1e9), st.integers(1, 1000))
def test_decimation_keeps_a_peak_of_one_sample(place, height, columns):
    values = np.sin(np.arange(10_000) / 50.0) / 2
    values[place] = height
    assert place in decimate(np.arange(10_000), values, columns)


def test_decimation_passes_over_what_is_not_a_number():
    values = np.full(100, np.nan)
    values[50:70] = np.arange(20)
    rows = decimate(np.arange(100), values, 2)
    assert {50, 69} <= set(rows.tolist())
    assert decimate(np.arange(100), np.full(100, np.nan), 2).tolist() == [0, 49, 50, 99]


@given(hnp.arrays(np.int64, st.integers(0, 300), elements=st.integers(5, 204)), COUNTS)
def test_thinning_leaves_one_mark_in_every_span_that_had_some(times, columns):
    times = np.sort(times)
    kept = thin(times, 5, 205, columns)
    if times.size <= columns:
        assert np.array_equal(kept, times)
        return
    assert set((kept - 5) * columns // 200) == set((times - 5) * columns // 200)
    assert kept.size <= columns


@given(
    hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=30), elements=st.integers(-255, 255)),
    COUNTS,
    COUNTS,
)
def test_block_means_are_means_for_dense_and_sparse(matrix, lines, columns):
    means, per_line, per_column = block_means(matrix, lines, columns)
    assert means.shape[0] <= lines
    assert means.shape[1] <= columns
    for (i, j), mean in np.ndenumerate(means):
        block = matrix[i * per_line : (i + 1) * per_line, j * per_column : (j + 1) * per_column]
        assert mean == pytest.approx(block.mean())
    rows, columns_of = np.nonzero(matrix)
    sparse = block_means_sparse(rows, columns_of, matrix[rows, columns_of], matrix.shape, lines, columns)
    assert sparse[1:] == (per_line, per_column)
    assert np.allclose(sparse[0], means)


def test_narrow_integers_do_not_overflow_in_block_means():
    assert block_means(np.full((100, 100), 127, np.int8), 1, 1)[0].tolist() == [[127.0]]


@given(hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(0, 100)))
def test_spread_positions_keep_their_order_and_distance(wanted):
    wanted = np.sort(wanted)
    placed = spread(wanted, 10.0, 0.0, 100.0)
    assert np.all(np.diff(placed) >= 10.0 - 1e-9)
    assert placed.min() >= -1e-9
    assert placed.max() <= 100.0 + 1e-9
    if wanted.size > 1 and np.diff(wanted).min() >= 10:
        assert np.allclose(placed, wanted)


def test_positions_that_cannot_be_spread_are_even():
    assert spread(np.array([1.0, 1.0, 2.0]), 90.0, 0.0, 100.0).tolist() == [0.0, 50.0, 100.0]
