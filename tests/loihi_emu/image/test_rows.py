"""Packed rows hold every synapse of their parts once, whoever brings them into order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu.image import rows as at
from loihi_emu.image.rows import Block, Listed, Window, packed_rows

SEEDS = st.integers(0, 2**32 - 1)
CHUNKS = st.sampled_from([8, 16, 65536])


class Drawn:
    """A part whose synapses come in any order and in several blocks."""

    def __init__(self, rng, sources, targets, delayed):
        n = int(rng.integers(0, 50))
        weights = rng.integers(-(1 << 15), 1 << 15, n).astype(np.int16)
        delays = rng.integers(0, 63, n).astype(np.uint8) if delayed else int(rng.integers(0, 63))
        self.all = Block(*(rng.integers(0, m, n).astype(np.int32) for m in (sources, targets)), weights, delays)
        self.synapses, self.longest, self.reach = n, 62, (0, targets)

    def blocks(self, first, stop, *, weights):
        for begin in range(0, self.synapses, 7):
            part = [a if isinstance(a, int) else a[begin : begin + 7] for a in self.all]
            yield Block(part[0], part[1], part[2] if weights else None, part[3])


def listed(rng, sources, targets, delayed):
    """A connection that leaves some of the sources."""
    rows = np.flatnonzero(rng.random(sources) < 0.7)
    lengths = rng.integers(0, 6, len(rows))
    n, step = int(lengths.sum()), int(rng.integers(1, 3))
    mantissas, table = rng.integers(-20, 21, n).astype(np.int8), rng.integers(-(1 << 15), 1 << 15, 41).astype(np.int16)
    indices = rng.integers(0, max(targets // step, 1), n).astype(np.uint16)
    delays = rng.integers(0, 63, n) if delayed else int(rng.integers(0, 63))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return Listed(rows, starts, indices, mantissas, delays, 0, step, (-20, table))


def synapses(parts):
    """(source, target, weight, delay) of all synapses of parts."""
    found = []
    for part in parts:
        for block in part.blocks(0, 1 << 30, weights=True):
            delays = np.broadcast_to(block.delays, len(block.sources))
            found += zip(*(a.tolist() for a in (block.sources, block.targets, block.weights, delays)), strict=True)
    return sorted(found)


def read_back(rows, chunk):
    """The same of packed rows; delay 0 where they hold none."""
    found = []
    for c, starts in enumerate(rows.starts):
        for source in range(len(starts) - 1):
            for k in range(starts[source], starts[source + 1]):
                word = int(rows.words[k])
                delay = 0 if rows.delays is None else int(rows.delays[k])
                found.append((source, (word & 0xFFFF) + c * chunk, np.int32(np.uint32(word)) >> 16, delay))
    assert rows.starts[-1, -1] == len(rows.words) == len(found)
    return sorted(found)


@pytest.fixture(params=["numpy", "kernels"], scope="module")
def way(request):
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "kernels":
            patch.setattr(at, "FEW", -1)
            patch.setattr(at, "BLOCK", 11)
        yield


def parts_of(rng, sources, targets, delayed):
    return [rng.choice([Drawn, listed])(rng, sources, targets, delayed) for _ in range(rng.integers(1, 4))]


@given(SEEDS, st.integers(1, 9), st.integers(1, 40), st.booleans(), CHUNKS)
def test_rows_hold_every_synapse_once(way, seed, sources, targets, delayed, chunk):
    parts = parts_of(np.random.default_rng(seed), sources, targets, delayed)
    rows = packed_rows(parts, sources, targets, delayed=delayed, chunk=chunk)
    assert rows.chunks == -(-targets // chunk)
    wanted = [(*s[:3], s[3] * delayed) for s in synapses(parts)]
    assert read_back(rows, chunk) == wanted


@given(SEEDS, st.integers(1, 9), st.integers(1, 20), st.integers(1, 3), CHUNKS)
def test_windows_share_the_synapses_among_them(way, seed, sources, n, ports, chunk):
    rng = np.random.default_rng(seed)
    parts = parts_of(rng, sources, n * ports, True)
    cuts = sorted({0, n, *rng.integers(0, n + 1, 2).tolist()})
    found = []
    for first, stop in pairwise(cuts):
        window = Window(first, stop, n if ports > 1 else 0)
        rows = packed_rows(parts, sources, n * ports, window, delayed=True, chunk=chunk)
        assert rows.chunks == -(-window.width(n * ports) // chunk)
        found += [(s, t + first, w, d) for s, t, w, d in read_back(rows, chunk)]
    assert sorted(found) == synapses(parts)


@given(SEEDS, st.integers(1, 9), st.integers(1, 40), CHUNKS)
def test_windows_of_several_ranges_share_the_synapses_among_them(way, seed, sources, n, chunk):
    rng = np.random.default_rng(seed)
    parts = parts_of(rng, sources, n, True)
    ranges = [r for r in pairwise([0, *sorted(rng.integers(0, n + 1, 4).tolist()), n]) if r[0] < r[1]]
    found = []
    for some in (ranges[::2], ranges[1::2]):
        if some:
            window = Window(some[0][0], some[-1][1], 0, tuple(some))
            rows = packed_rows(parts, sources, n, window, delayed=True, chunk=chunk)
            assert rows.chunks == -(-window.width(n) // chunk)
            found += [(s, t + window.first, w, d) for s, t, w, d in read_back(rows, chunk)]
    assert sorted(found) == synapses(parts)


def test_all_weights_of_16_bits_come_back(way):
    weights = np.arange(-(1 << 15), 1 << 15)
    part = Listed(np.zeros(1), np.array([0, weights.size]), np.full(weights.size, 65535, np.uint16), weights, 0)
    words = packed_rows([part], 1, 65536, delayed=False).words
    assert (words.view(np.int32) >> 16).tolist() == weights.tolist()
    assert (words & 0xFFFF == 65535).all()
