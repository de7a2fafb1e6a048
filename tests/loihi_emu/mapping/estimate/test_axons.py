"""Synapses of a connection by the neuron before."""

import numpy as np

from loihi_emu import LOIHI1, Conv2D, Network
from loihi_emu.mapping.estimate.axons import axons_of
from loihi_emu.mapping.model.problem import Problem


def test_convolutions_behind_another_connection_have_their_own_units():
    net = Network()
    image, maps = net.population("image", (6, 6, 2), vth=100), net.population("maps", (4, 4, 3), vth=100)
    net.connect(image, maps, np.ones((48, 72), int))
    for _ in range(2):
        net.connect(image, maps, Conv2D(np.ones((3, 3, 3, 2), int)))
    cores = {"image": np.zeros(72, np.int32), "maps": np.repeat([0, 1], 24).astype(np.int32)}
    dense, *convolutions = axons_of(Problem(net, LOIHI1), cores, 2)
    assert (dense.synapses[0].shape, dense.synapses[0].nnz) == ((72, 48), 48 * 72)
    for axons in convolutions:
        corner = axons.synapses[0][0].indices
        assert sorted(corner) == [0, 1, 2]  # of the first pixel only the first output position has synapses
        assert axons.synapses[0].sum() == axons.lists.sum() == 4 * 4 * 3 * 9 * 2
