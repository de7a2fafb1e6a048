"""Sign modes, clipping and truncation."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.utils.weightutils import SignMode, clip_weights, determine_sign_mode, truncate_weights

MIXED, EXC, INH = SignMode.MIXED, SignMode.EXCITATORY, SignMode.INHIBITORY


@pytest.mark.parametrize(
    ("weights", "mode"), [([0, 0], EXC), ([0, 3], EXC), ([-3, 0], INH), ([-3, -1], INH), ([-1, 2], MIXED)]
)
def test_the_sign_mode_is_found(weights, mode):
    assert determine_sign_mode(np.array(weights)) is mode
    assert determine_sign_mode(csr_matrix([[*weights, 0]])) is mode


@pytest.mark.parametrize(
    ("mode", "clipped"), [(EXC, [0, 0, 2, 255]), (INH, [-255, -2, 0, 0]), (MIXED, [-256, -2, 2, 255])]
)
def test_clipping(mode, clipped):
    weights = np.array([-300, -2.9, 2.9, 300])
    assert clip_weights(weights, mode, 8).tolist() == clipped
    assert clip_weights(csr_matrix(weights), mode, 8).toarray().ravel().tolist() == clipped


def test_clipping_for_learning_keeps_mixed_weights_even():
    assert clip_weights(np.array([300]), MIXED, 8, learning_simulation=True) == [254]


def test_truncation():
    assert truncate_weights(np.array([7, 13]), EXC, 6).tolist() == [4, 12]
    assert truncate_weights(np.array([-7, -13]), INH, 6).tolist() == [-4, -12]
    assert truncate_weights(np.array([3, -3, 5, -7]), MIXED, 8).tolist() == [2, -4, 4, -8]


def test_truncation_drops_sparse_zeros_and_leaves_its_argument():
    weights = csr_matrix([[1, -4]])
    result = truncate_weights(weights, MIXED, 8)
    assert result.nnz == 1 and result.dtype == np.int32
    assert weights.toarray().tolist() == [[1, -4]]
