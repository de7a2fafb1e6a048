"""Fewest bits for a weight matrix: nothing is lost, and nothing is wasted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.sparse import csr_matrix

from lava_api.utils.weightutils import SignMode, optimize_weight_bits

RANGE = {SignMode.MIXED: (-128, 127, 2), SignMode.EXCITATORY: (0, 255, 1), SignMode.INHIBITORY: (-255, 0, 1)}


@given(st.sampled_from(list(RANGE)), st.integers(0, 7), st.data())
def test_the_weights_come_back(mode, shift, data):
    low, high, step = RANGE[mode]
    values = data.draw(hnp.arrays(np.int32, (2, 3), elements=st.integers(low >> shift, high >> shift)))
    weights = values * (step << shift)
    if not weights.any() or weights.max() > high * step or weights.min() < low * step:
        return
    found = optimize_weight_bits(weights, mode, loihi2=True)
    unit = step * 2.0 ** (8 - found.num_weight_bits + found.weight_exp)
    assert np.array_equal(found.weights * unit, weights)
    assert np.abs(found.weights).max() <= 2 ** (found.num_weight_bits - (mode is SignMode.MIXED))
    filled = optimize_weight_bits(weights, mode)
    assert np.array_equal(filled.weights * 2.0**filled.weight_exp, weights)


def test_known_cases():
    found = optimize_weight_bits(np.array([10, 10, 10]), SignMode.EXCITATORY, loihi2=True)
    assert (found.weights.tolist(), found.num_weight_bits, found.weight_exp) == ([5, 5, 5], 3, -4)
    found = optimize_weight_bits(np.zeros(3, int), SignMode.EXCITATORY, loihi2=True)
    assert (found.weights.tolist(), found.num_weight_bits, found.weight_exp) == ([0, 0, 0], 0, 0)


def test_a_sparse_matrix_is_left_alone():
    weights = csr_matrix(np.array([[0, 12], [4, 0]]))
    found = optimize_weight_bits(weights, SignMode.EXCITATORY)
    assert weights.toarray().tolist() == [[0, 12], [4, 0]]
    assert np.array_equal(found.weights.toarray() * 2.0**found.weight_exp, weights.toarray())


def test_weights_outside_the_range():
    with pytest.raises(ValueError, match=r"got 1\.\.256, allowed is 0\.\.255 .* clip_weights"):
        optimize_weight_bits(np.array([1, 256]), SignMode.EXCITATORY)
