"""Networks that are written as formulas."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.networks.gradedvecnetwork import GradedDense, GradedSparse, GradedVec, InputVec, LIFVec, OutputVec

FIXED = Loihi2SimCfg(select_tag="fixed_pt")
ONE = [[8, 0, 0, 0]]


def out(network, steps=4):
    """What a network sends."""
    record = OutputVec(shape=(1,), buffer=steps)
    record << network
    network.run(condition=RunSteps(steps), run_cfg=FIXED)
    data = record.get_data()
    network.stop()
    return data.ravel().tolist()


@pytest.mark.parametrize("matrix", [GradedDense, lambda w: GradedSparse(csr_matrix(w))])
def test_a_matrix_of_fractions_takes_a_step(matrix):
    vector = GradedVec(shape=(1,), vth=1)
    vector << matrix(np.array([[0.5]])) @ InputVec(np.array(ONE))
    assert out(vector) == [0, 4, 0, 0]


def test_sums_of_sources():
    a, b, c = (GradedDense(np.array([[1.5]])) @ InputVec(np.array(ONE), exp=k) for k in range(3))
    vector = GradedVec(shape=(1,), vth=1)
    vector << a + b + c
    assert out(vector) == [0, 12 + 24 + 48, 0, 0]


def test_vectors_are_connected_by_an_identity_and_multiplied():
    a, b = InputVec(np.array(ONE)), InputVec(np.array(ONE) - 3)
    assert out(a * b) == [0, 40, 0, 0]
    vector = GradedVec(shape=(1,), vth=1)
    vector << InputVec(np.array(ONE))
    assert out(vector) == [0, 8, 0, 0]


def test_neurons_as_a_vector():
    neurons = LIFVec(shape=(1,), du=4095, vth=7)
    neurons << InputVec(np.array(ONE))
    assert out(neurons) == [0, 1, 0, 0]


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError):
        GradedVec(shape=(1,)) << 3
    with pytest.raises(TypeError, match="two factors"):
        (InputVec(np.array(ONE)) * InputVec(np.array(ONE))) << InputVec(np.array(ONE))
    with pytest.raises(NotImplementedError, match="no chip"):
        InputVec(np.array(ONE), loihi2=True)
