"""Synapses as kernels read them, read back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu import Conv2D
from loihi_emu.image.packing import Rows, Synapses, merge, pack, paired_order, taps, to_bytes
from loihi_emu.models.synapses.dense import TILE, place

SEEDS = st.integers(0, 2**32 - 1)


def random_part(rng, n_sources, n_targets, delayed):
    """Synapses of one connection that leaves some of the sources, and the same as a list."""
    sources = np.flatnonzero(rng.random(n_sources) < 0.7)
    lengths = rng.integers(0, 6, len(sources))
    total = int(lengths.sum())
    targets, weights = rng.integers(0, n_targets, total), rng.integers(-(1 << 15) + 1, 1 << 15, total)
    delays = rng.integers(0, 63, total) if delayed else None
    part = Synapses(sources, np.concatenate([[0], np.cumsum(lengths)]), targets, weights, delays)
    given_delays = [0] * total if delays is None else delays.tolist()
    rows = np.repeat(sources, lengths).tolist()
    return part, list(zip(rows, targets.tolist(), weights.tolist(), given_delays, strict=True))


def read_back(rows, n_sources, chunk):
    """(source, target, weight, delay) of every packed synapse."""
    words = pack(rows, chunk)
    found = []
    for c in range(rows.chunks):
        for source in range(n_sources):
            for k in range(rows.starts[c, source], rows.starts[c, source + 1]):
                weight = int(words[k]) >> 16
                weight -= (weight >= 1 << 15) << 16
                delay = 0 if rows.delays is None else int(rows.delays[k])
                found.append((source, int(words[k] & 0xFFFF) + c * chunk, weight, delay))
    assert rows.starts[-1, -1] == len(words) == len(found)
    return found


@given(SEEDS, st.integers(1, 9), st.integers(1, 40), st.integers(1, 4), st.booleans(), st.sampled_from([8, 16, 65536]))
def test_merged_rows_hold_every_synapse_once(seed, n_sources, n_targets, parts, delayed, chunk):
    rng = np.random.default_rng(seed)
    made = [random_part(rng, n_sources, n_targets, delayed) for _ in range(parts)]
    rows = merge([part for part, _ in made], n_sources, n_targets, chunk)
    assert rows.chunks == -(-n_targets // chunk)
    assert sorted(read_back(rows, n_sources, chunk)) == sorted(synapse for _, listed in made for synapse in listed)


def test_all_weights_of_16_bits_come_back():
    weights = np.arange(-(1 << 15), 1 << 15)
    rows = Rows(np.array([[0, len(weights)]]), np.full(len(weights), 65535), weights, None, 1)
    words = pack(rows)
    assert (words.view(np.int32) >> 16).tolist() == weights.tolist()
    assert (words & 0xFFFF == 65535).all()


@given(SEEDS, st.integers(1, 9), st.integers(1, 20), st.integers(0, 7), st.integers(-(1 << 7), 0), st.integers(0, 255))
def test_bytes_give_the_weights_back(seed, n_post, n_pre, shift, low, span):
    rng = np.random.default_rng(seed)
    weights = rng.integers(low, low + span, (n_post, n_pre), endpoint=True) << shift
    matrix = to_bytes(weights)
    assert matrix is not None
    places = [place(i, n_post) for i in range(n_post)]
    stored = matrix.rows.astype(np.int64)[:, places]
    assert np.array_equal(((stored + matrix.offset) << matrix.shift).T, weights)


def test_weights_that_span_more_than_a_byte_are_refused():
    assert to_bytes(np.array([[0, 256 - 1]])) is not None
    assert to_bytes(np.array([[-128, 127]])) is not None
    assert to_bytes(np.array([[0, 1, 256]])) is None
    assert to_bytes(np.array([[0, 512]])).shift == 9
    assert to_bytes(np.zeros((3, 2), np.int64)) is not None


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, TILE - 1, TILE, TILE + 1, 2 * TILE + 5])
def test_every_target_has_a_byte_of_its_own(width):
    places = {place(i, width) for i in range(width)}
    assert len(places) == width
    assert max(places) < width + width % 2
    tile = min(width, TILE)
    assert [place(i, width) for i in range(tile)] == np.argsort(paired_order(tile))[:tile].tolist()


@pytest.mark.parametrize("groups", [1, 2])
def test_taps_stand_by_input_channel(groups):
    kernel = np.arange(4 * 2 * 3 * 2).reshape(4, 2, 3, 2)
    table = taps(Conv2D(kernel, groups=groups), kernel, "int32")
    inner, outer = 2, 4 // groups
    assert table.shape == (groups * inner, 2, 3, outer)
    for channel in range(groups * inner):
        group = channel // inner
        expected = kernel[group * outer : (group + 1) * outer, :, :, channel % inner]
        assert (table[channel] == expected.transpose(1, 2, 0)).all()
