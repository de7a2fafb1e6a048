"""Rows of a sparse connection, cut by targets."""

import numpy as np
import pytest

from loihi_emu.image.target_rows import cut_rows


@pytest.mark.parametrize("bounds", [[0, 9], [0, 4, 9], [0, 1, 2, 8, 9], [0, 3, 6, 9]])
def test_each_synapse_is_in_one_part(bounds):
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 6, 20)
    targets = np.concatenate([np.sort(rng.integers(0, 9, n)) for n in counts]).astype(np.int32)
    rows = np.concatenate([[0], np.cumsum(counts)])
    parts = cut_rows(rows, targets, bounds)
    assert sorted(np.concatenate([part.places for part in parts])) == list(range(len(targets)))
    for part, low, high in zip(parts, bounds, bounds[1:], strict=False):
        assert np.array_equal(part.places, np.flatnonzero((low <= targets) & (targets < high)))
        assert np.array_equal(part.targets[part.places] + low, targets[part.places])
        for j in range(20):
            mine = part.places[(rows[j] <= part.places) & (part.places < rows[j + 1])]
            assert np.array_equal(mine, np.arange(part.starts[j], part.ends[j]))


def test_a_single_part_copies_nothing():
    rows, targets = np.array([0, 2, 3]), np.array([0, 1, 1], np.int32)
    (part,) = cut_rows(rows, targets, [0, 2])
    assert part.targets is targets and np.shares_memory(part.starts, rows) and np.shares_memory(part.ends, rows)
