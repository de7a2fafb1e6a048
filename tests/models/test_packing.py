"""Dense and shared weights as kernels read them, read back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu import Conv2D
from loihi_emu.image.packing import paired_order, taps, to_bytes
from loihi_emu.models.synapses.dense import TILE, place

SEEDS = st.integers(0, 2**32 - 1)


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
