"""How many steps ranks may run between two exchanges of spikes: as many as the shortest delay between them allows."""

import numpy as np
import pytest

from loihi_emu import Emulator, LearningRule, Network, Trace, ValidationError, fixed_in_degree, normal, uniform
from loihi_emu.image.intervals import LONGEST, fitting, longest


def network(rules="chip", **options):
    net = Network(rules=rules)
    cells = net.population("cells", 20, vth=99)
    net.connect(net.input("drive", 5, rate=0.1), cells, np.full((20, 5), 8))
    return net, net.connect(cells, cells, np.full((20, 20), 8), name="loop", **options)


@pytest.mark.parametrize(
    ("delays", "steps"),
    [(0, 1), (4, 5), (np.full((20, 20), 3), 4), (np.arange(400).reshape(20, 20) % 9 + 2, 3)],
)
def test_a_delay_of_so_many_steps_lets_ranks_wait_for_one_more(delays, steps):
    net, loop = network(delays=delays)
    assert longest(net, [loop]) == steps
    assert longest(net, [loop], steps) == steps and longest(net, [loop], 1) == 1


@pytest.mark.parametrize(("delays", "steps"), [(7, 8), (uniform(3, 9), 4), (normal(15, 5, low=2, high=40), 3)])
def test_delays_that_are_drawn_are_known_by_their_limits(delays, steps):
    net = Network(seed=1)
    cells = net.population("cells", 300, vth=99)
    c = net.connect(cells, cells, weights=4, delays=delays, synapses=fixed_in_degree(20))
    assert longest(net, [c]) == steps == 1 + c.shortest_delay
    assert c.delays.min() >= c.shortest_delay


def test_of_several_connections_the_shortest_delay_counts_and_none_if_none_crosses():
    net, loop = network(delays=6)
    other = net.connect(net["cells"], net["cells"], ([0], [1], [8]), delays=2, name="other")
    assert longest(net, [loop, other]) == 3
    assert longest(net, [loop]) == 7
    assert longest(net, []) == LONGEST
    told = r'exchange_every: got 4, .* 3 steps .*Connection "other" has delays of 2'
    with pytest.raises(ValidationError, match=told):
        longest(net, [loop, other], 4)


def test_what_looks_at_the_step_before_needs_all_spikes_in_every_step():
    net, loop = network(delays=6)
    net.probe("cells", "v", view="chip")
    assert longest(net, [loop]) == 1
    with pytest.raises(ValidationError, match='A probe sees "cells" as the chip does'):
        longest(net, [loop], 2)
    net, loop = network(delays=6, learning=LearningRule("2^-4*x1*y0", x1=Trace(16, 10)))
    with pytest.raises(ValidationError, match='Connection "loop" learns from the spikes of the step before'):
        longest(net, [], 2)
    net, loop = network("float", delays=6)
    with pytest.raises(ValidationError, match="Sums of floats depend on their order"):
        longest(net, [loop], 2)


def test_messages_and_recorders_bound_an_interval():
    net, _ = network(delays=6)
    assert fitting(net, 1 << 28) == 7
    assert fitting(net, 1 << 40) == 1
    net.probe("cells", "spikes")
    assert fitting(net, 100) > LONGEST
    large = Network()
    large.probe(large.population("cells", 1 << 22, vth=99), "spikes")
    assert fitting(large, 100) == 2


@pytest.mark.parametrize("every", [0, -1, 2.5, "often", True])
def test_what_is_no_number_of_steps(every):
    with pytest.raises(ValidationError, match=r"Emulator, exchange_every: got .*a whole number of steps, at least 1"):
        Emulator(network()[0], comm="world", exchange_every=every)


def test_there_is_nothing_to_exchange_without_ranks():
    with pytest.raises(ValidationError, match=r"exchange_every: got 3, .*nothing without comm="):
        Emulator(network()[0], exchange_every=3)
    assert Emulator(network()[0]).exchange_every == 1
