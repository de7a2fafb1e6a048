"""Networks that are written as formulas."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.networks.gradedvecnetwork import (
    GradedDense,
    GradedSparse,
    GradedVec,
    InputVec,
    LIFVec,
    NormalizeNet,
    OutputVec,
    ProductVec,
)
from lava_api.networks.resfire import ResFireVec

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
    product = a * b
    assert isinstance(product, GradedSparse)
    assert out(product, 5) == [0, 0, 40, 0, 0]
    vector = GradedVec(shape=(1,), vth=1)
    vector << InputVec(np.array(ONE))
    assert out(vector) == [0, 8, 0, 0]


def test_neurons_as_a_vector():
    neurons = LIFVec(shape=(1,), du=4095, vth=7)
    neurons << InputVec(np.array(ONE))
    assert out(neurons) == [0, 1, 0, 0]


def test_matrices_are_multiplied_by_what_they_send():
    a, b = GradedDense(np.array([[0.5]])) @ InputVec(np.array(ONE)), GradedSparse([[1.5]]) @ InputVec(np.array(ONE))
    assert out(a * b) == [0, 4 * 12, 0, 0]


@pytest.mark.parametrize("parts", [(0, 1), (0,)])
def test_resonators_have_two_inputs(parts):
    sources = [GradedSparse([[1.0]]) @ InputVec(np.array([[9000, 0, 0, 0, 0, 0, 0, 0]]), exp=k) for k in range(2)]
    resonator = ResFireVec(freqs=[90.0], decay_tau=[0.1], uth=3)
    resonator << (sources[0] if len(parts) == 1 else tuple(sources))
    with resonator.main as main:
        main.run(condition=RunSteps(3), run_cfg=FIXED)
        moved = [abs(main.u.get()).max() > 0, abs(main.v.get()).max() > 0]
    assert moved == [True, True]
    with pytest.raises(TypeError, match="two parts"):
        resonator << (sources[0],)


def test_a_vector_is_divided_by_its_length():
    vector = NormalizeNet(shape=(2,))
    vector << InputVec(np.tile([[300], [400]], 6))
    record = OutputVec(shape=(2,), buffer=6)
    record << vector
    vector.run(condition=RunSteps(6), run_cfg=FIXED)
    data = record.get_data() / 2**18
    vector.stop()
    assert data[:, 5] == pytest.approx([0.6, 0.8], rel=0.01)


@pytest.mark.parametrize("config", [FIXED, Loihi2HwCfg()])
def test_adapters_to_the_chip_change_nothing(config):
    def record(loihi2):
        source = InputVec(np.array([[8, -9, 70_000, 0]]), loihi2=loihi2)
        sink = OutputVec(shape=(1,), buffer=4, loihi2=loihi2)
        vector = GradedVec(shape=(1,), vth=1)
        vector << source
        sink << vector
        vector.run(condition=RunSteps(4), run_cfg=config)
        data = sink.get_data()
        vector.stop()
        return data.tolist()

    assert record(False) == record(True) == [[0, 8, -9, 70_000]]


def test_other_values_for_an_input():
    source = InputVec(np.array(ONE), exp=1)
    record = OutputVec(shape=(1,), buffer=4)
    record << source
    source.run(condition=RunSteps(4), run_cfg=FIXED)
    source << np.array([1, 2, 3, 4])
    source.run(condition=RunSteps(4), run_cfg=FIXED)
    assert record.get_data().tolist() == [[2, 4, 6, 8]]
    source.stop()


def test_one_import_for_all_of_it():
    everything = {}
    exec("from lava_api.frameworks.loihi2 import *", everything)
    assert {"InputVec", "ResFireVec", "ProductVec", "RunSteps", "Loihi2HwCfg"} <= set(everything)


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError):
        GradedVec(shape=(1,)) << 3
    with pytest.raises(TypeError):
        GradedDense(np.eye(1)) @ GradedDense(np.eye(1))
    with pytest.raises(TypeError, match="two factors"):
        ProductVec(shape=(1,)) << InputVec(np.array(ONE))
    with pytest.raises(TypeError, match="InputVec: unknown argument 'vht'"):
        InputVec(np.array(ONE), vht=3)
