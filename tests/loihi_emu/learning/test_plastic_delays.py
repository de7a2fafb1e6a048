"""Rules that read delays, whether these are one for all synapses or one each."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from loihi_emu import Emulator, LearningRule, Network


def weights_after(delays, weights, change=None):
    net = Network("delays", seed=1)
    drive = net.input("drive", 1, spikes=([0, 1, 2, 3, 4], [0] * 5))
    cells = net.population("cells", 1, vth=1000)
    rule = LearningRule(dw="x0*w" if change else "x0*d", t_epoch=1)
    made = net.connect(drive, cells, weights, delays=delays, learning=rule, sign_mode="excitatory", name="made")
    emulator = Emulator(net)
    if change:
        emulator.set(made, "dw", change)
    emulator.run(5)
    return emulator.get(made, "weights").ravel().tolist()


@pytest.mark.parametrize("weights", [np.array([[10]]), csr_matrix([[10]])], ids=["dense", "sparse"])
@pytest.mark.parametrize("change", [None, "x0*d"], ids=["from the start", "set later"])
def test_a_delay_for_all_synapses_is_read_as_one_for_each(weights, change):
    assert weights_after(2, weights, change) == [20]
    assert weights_after(0, weights, change) == [10]


def test_delays_for_each_synapse():
    assert weights_after(np.array([[2]]), np.array([[10]])) == [20]
