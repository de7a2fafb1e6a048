"""Messages between cores and chips, and the tiles they pass."""

import numpy as np
import pytest
from placements import cells

from loihi_emu.errors import ValidationError


def test_messages_are_counted_by_core_and_chip():
    net = cells(2, 4)
    source = net.input("in", 1, spikes=([0], [0]))
    net.connect(source, "p0", np.ones((2, 1), int))
    net.connect("p0", "p1", np.ones((4, 2), int))
    placement = net.place(strategy={"p0": 0, "p1": [0, 1, 1, 128]})
    traffic = placement.traffic({"p0": [0.5, 0.25], "in": 1})
    assert (traffic.within_cores, traffic.between_cores, traffic.between_chips) == (0.75, 1.5, 0.75)
    assert traffic.host == 1
    assert traffic.sent[[0, 1, 128]].tolist() == [1.5, 0, 0]
    assert traffic.received[[0, 1, 128]].tolist() == [1, 0.75, 0.75]
    assert traffic.chips.tolist() == [[0.75, 0.75], [0, 0]]
    assert (traffic.hops_x, traffic.hops_y) == (0, 0)


@pytest.mark.parametrize("rate", [-1, np.inf, np.nan, 1e10])
def test_rates_that_no_neuron_has(rate):
    net = cells(5)
    for ask in (lambda: net.place(strategy="traffic", rates={"p0": rate}), lambda: net.place().traffic({"p0": rate})):
        with pytest.raises(ValidationError, match='rates of "p0"'):
            ask()


def test_rates_of_nothing_are_no_missing_rates():
    net = cells(3, 3)
    net.connect("p0", "p1", np.ones((3, 3), int))
    cores = {"p0": 0, "p1": 1}
    silent, unknown = net.place(strategy=cores, rates={}), net.place(strategy=cores)
    assert (silent.has_rates, silent.traffic().between_cores, silent.spikes().tolist()) == (True, 0, [0, 0])
    assert (unknown.has_rates, unknown.traffic().between_cores, unknown.spikes().tolist()) == (False, 3, [3, 3])


def test_hops_are_those_between_tiles():
    net = cells(1, 2)
    net.connect("p0", "p1", np.ones((2, 1), int))
    traffic = net.place(strategy={"p0": 0, "p1": [127, 3]}).traffic()
    assert (traffic.between_cores, traffic.hops_x, traffic.hops_y) == (2, 7, 3)
