"""From masks to lists of spikes and to counters."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from loihi_emu.models import layout as at
from loihi_emu.models import spikes
from loihi_emu.models.memory import Description
from loihi_emu.models.synapses import dense

MASKS = arrays.arrays(np.uint8, st.integers(0, 70), elements=st.integers(0, 63))
RUNS = st.lists(st.tuples(st.sampled_from([0, 1, 2, 63]), st.integers(0, 20) | st.integers(0, 500)), max_size=4)
ALIKE = RUNS.map(lambda runs: np.repeat(*np.array(runs or [(0, 0)]).T).astype(np.uint8)[: at.BLOCK])
"""Neighbours that do the same."""


@given(MASKS | ALIKE, st.integers(0, 1000), st.integers(0, 5))
def test_emit_lists_the_neurons_that_spiked(mask, first, count):
    mask = np.ascontiguousarray(mask)
    index = np.full(at.BLOCK + 10, -7, np.int32)
    end = spikes.emit(mask, mask.ctypes.data, first, index, count)
    expected = (first + np.flatnonzero(mask & at.SPIKED)).tolist()
    assert index[count:end].tolist() == expected
    assert (index[:count] == -7).all()
    assert (index[end:] == -7).all()


def group(sizes, spiked=()):
    """A description with the populations' bounds and counters, and a list of spikes."""
    counters = np.zeros((len(sizes), at.COUNTERS), np.int64)
    d = Description(at.GROUP)
    d.count, d.index = np.zeros(1, np.int64), np.array([*spiked, 0], np.int32)
    d.bounds, d.counters, d.populations = np.cumsum([0, *sizes], dtype=np.int64), counters, len(sizes)
    return d, counters


def plain(kernel, d, *arguments):
    """Call a kernel of a group as Python, on a description."""
    getattr(kernel, "py_func", kernel)(at.GROUP(d.address), *arguments)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.data())
def test_spikes_are_counted_where_they_belong(sizes, data):
    total = sum(sizes)
    spiked = sorted(data.draw(st.sets(st.integers(0, total - 1))))
    d, counters = group(sizes, spiked)
    plain(spikes.count_spikes, d, len(spiked))
    owner = np.repeat(np.arange(len(sizes)), sizes)
    assert counters[:, at.SPIKES].tolist() == np.bincount(owner[spiked], minlength=len(sizes)).tolist()
    assert not counters[:, at.SPIKES + 1 :].any()


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.data())
def test_overflows_are_counted_where_they_belong(sizes, data):
    total = sum(sizes)
    first = data.draw(st.integers(0, total - 1))
    mask = np.array(data.draw(st.lists(st.integers(0, 63), min_size=total - first, max_size=total - first)), np.uint8)
    d, counters = group(sizes)
    plain(spikes.count_flags, d, mask, first)
    owner = np.repeat(np.arange(len(sizes)), sizes)[first:]
    columns = {at.Q_OVERFLOW: at.Q_BIT, at.U_OVERFLOW: at.U_BIT, at.X_OVERFLOW: at.X_BIT, at.V_SATURATION: at.V_BIT}
    for column, bit in columns.items():
        expected = np.bincount(owner[(mask & bit) != 0], minlength=len(sizes))
        assert counters[:, column].tolist() == expected.tolist()
    assert not counters[:, at.SPIKES].any()


@given(st.lists(st.integers(-5, 5)), st.integers(-6, 6))
def test_lower_bound(numbers, value):
    index = np.array(sorted(numbers), np.int32)
    assert dense.lower_bound(index, len(index), value) == np.searchsorted(index, value)
