"""What arrives when, one test for each line of the timing page: steps count from 0."""

import numpy as np
import pytest

from loihi_emu import LOIHI1, LOIHI2, Conv2D, Emulator, Network

BIG = (1 << 17) - 1


def arrivals(net, name, steps=80):
    """Steps in which u of a population was not 0 (u lasts for one step: du is 4096)."""
    net.probe(name, "u")
    return np.flatnonzero(Emulator(net).run(steps)[f"{name}.u"].any(axis=1)).tolist()


@pytest.mark.parametrize("kind", ["dense", "sparse", "conv"])
@pytest.mark.parametrize("delay", [0, 1, 5, 62])
@pytest.mark.parametrize("t", [0, 1, 7])
def test_an_input_event_at_t_with_delay_d_reaches_u_in_step_t_plus_d(t, delay, kind):
    net = Network()
    source = net.input("source", (1, 1, 1), spikes=([t], [0]))
    cell = net.population("cell", (1, 1, 1), vth=BIG)
    weights = Conv2D(np.full((1, 1, 1, 1), 9)) if kind == "conv" else [[9]]
    net.connect(source, cell, weights, delays=delay, kind=kind)
    assert arrivals(net, "cell") == [t + delay]


@pytest.mark.parametrize("kind", ["dense", "sparse", "conv"])
@pytest.mark.parametrize("delay", [0, 1, 5, 62])
def test_a_spike_of_step_t_with_delay_d_reaches_u_in_step_t_plus_1_plus_d(delay, kind):
    net = Network()
    source = net.input("source", 1, spikes=([3], [0]))
    first = net.population("first", (1, 1, 1), vth=1)
    second = net.population("second", (1, 1, 1), vth=BIG)
    net.connect(source, first, 9)
    weights = Conv2D(np.full((1, 1, 1, 1), 9)) if kind == "conv" else [[9]]
    net.connect(first, second, weights, delays=delay, kind=kind)
    net.probe(first)
    assert arrivals(net, "second") == [3 + 1 + delay]


def test_a_neuron_reaches_itself_one_step_later():
    net = Network()
    cell = net.population("cell", 1, vth=1, v=64)
    net.connect(net.input("source", 1, spikes=([0], [0])), cell, 9)
    net.connect(cell, cell, 9)
    net.probe(cell)
    assert Emulator(net).run(5).spikes("cell").times.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("chip", [LOIHI1, LOIHI2])
def test_the_longest_delay_arrives(chip):
    net = Network(chip=chip)
    net.connect(net.input("s", 1, spikes=([2], [0])), net.population("p", 1, vth=BIG), 9, delays=chip.max_delay)
    assert arrivals(net, "p", 90) == [2 + chip.max_delay]


def test_every_synapse_has_its_delay():
    net = Network()
    source = net.input("source", 2, spikes=([0, 0], [0, 1]))
    cells = net.population("cells", 3, vth=BIG)
    delays = np.array([[0, 4], [1, 2], [3, 3]])
    net.connect(source, cells, np.full((3, 2), 9), delays=delays)
    net.probe(cells, "u")
    u = Emulator(net).run(6)["cells.u"] // (9 * 64)
    want = np.zeros((6, 3), int)
    for (post, _), delay in np.ndenumerate(delays):
        want[delay, post] += 1
    assert u.tolist() == want.tolist()


def test_the_table_step_by_step():
    """u decays by a half in each step, v keeps; the neuron fires in step 3 and its row shows v after the reset."""
    net = Network()
    source = net.input("source", 1, spikes=([1, 2, 3], [0, 0, 0]))
    cell = net.population("cell", 1, vth=40, du=2048, dv=0)
    net.connect(source, cell, 16)
    net.probe(cell, ["spikes", "u", "v"])
    recording = Emulator(net).run(6)
    q = 16 * 64
    u = [0, q, q // 2 + q, q // 4 + q // 2 + q, 7 * q // 8, 7 * q // 16]
    assert u[1] + u[2] == 40 * 64  # not above the threshold: equality does not fire
    v = [0, u[1], u[1] + u[2], 0, u[4], u[4] + u[5]]
    assert recording["cell.u"].ravel().tolist() == u
    assert recording["cell.v"].ravel().tolist() == v
    assert recording.spikes("cell").times.tolist() == [3]


@pytest.mark.parametrize(("refractory", "times"), [(1, [1, 3, 5, 7, 9]), (2, [1, 4, 7]), (3, [1, 5, 9])])
def test_refractory_steps(refractory, times):
    """A bias of 10 passes a threshold of 15 in two steps; v stays 0 in the refractory - 1 steps after a spike."""
    net = Network()
    cell = net.population("cell", 1, vth=15, bias=10 * 64, refractory=refractory)
    net.probe(cell, ["spikes", "v"])
    recording = Emulator(net).run(10)
    assert recording.spikes("cell").times.tolist() == times
    held = [t + k for t in times for k in range(refractory) if t + k < 10]
    assert np.flatnonzero(recording["cell.v"].ravel() == 0).tolist() == held


@pytest.mark.parametrize("every", [1, 2, 3, 7])
@pytest.mark.parametrize("pieces", [(20,), (1,) * 20, (5, 0, 15), (3, 4, 13)])
def test_interval_probes_record_steps_0_every_2_every(every, pieces):
    net = Network()
    cell = net.population("cell", 1, vth=BIG, bias=1)
    net.probe(cell, "v", every=every)
    emulator = Emulator(net)
    for n in pieces:
        part = emulator.run(n)
        want = [t for t in range(part.start, part.start + part.steps) if t % every == 0]
        assert part.times("cell.v").tolist() == want and part["cell.v"].ravel().tolist() == [t + 1 for t in want]
    whole = emulator.recording
    assert whole.times("cell.v").tolist() == list(range(0, 20, every))
    assert whole["cell.v"].ravel().tolist() == [t + 1 for t in range(0, 20, every)]


def test_poisson_inputs_may_fire_in_step_0():
    net = Network()
    source = net.input("source", 4, rate=1)
    net.probe(source)
    net.connect(source, net.population("cells", 4, vth=BIG), np.eye(4, dtype=int) * 9)
    assert arrivals(net, "cells", 5) == [0, 1, 2, 3, 4]
    assert Emulator(net).run(2).spikes("source").times.tolist() == [0] * 4 + [1] * 4


def test_inputs_set_between_runs_count_from_step_0():
    net = Network()
    source = net.input("source", 1)
    net.connect(source, net.population("cell", 1, vth=BIG), 9)
    net.probe("cell", "u")
    emulator = Emulator(net)
    emulator.run(10)
    emulator.set_input("source", spikes=([3, 10, 12], [0, 0, 0]))
    assert (np.flatnonzero(emulator.run(5)["cell.u"]) + 10).tolist() == [10, 12]
