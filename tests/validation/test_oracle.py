"""Whole networks in the oracle, by hand; described by stand-ins with the attributes of a Network."""

from types import SimpleNamespace

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu.validation.oracle import Oracle
from loihi_emu.validation.oracle_random import noise_level, noise_number, random_word, scaled_noise
from loihi_emu.validation.peers.nengo_loihi.oracle_random import LegacyMT19937

pytestmark = UNHEEDED


class Net:
    """As little of a Network as the oracle reads."""

    def __init__(self, rules="chip", seed=0):
        self.rules, self.seed = rules, seed
        self.populations, self.inputs, self.connections = {}, {}, {}

    def source(self, name, size, events=(), rate=None, payloads=None):
        times, indices = [t for t, _ in events], [i for _, i in events]
        stream = len(self.populations) + len(self.inputs)
        self.inputs[name] = SimpleNamespace(
            name=name,
            shape=(size,),
            size=size,
            times=times,
            indices=indices,
            payloads=payloads,
            rate=rate,
            stream=stream,
        )
        return self.inputs[name]

    def neurons(self, name, size, model="lif", noise=None, **parameters):
        given = {key: np.asarray(value) for key, value in parameters.items()}
        stream = len(self.populations) + len(self.inputs)
        self.populations[name] = SimpleNamespace(
            name=name, shape=(size,), size=size, model=model, parameters=given, noise=noise, stream=stream
        )
        return self.populations[name]

    def wire(self, pre, post, values, delays=0, graded=False, sign_mode="mixed", weight_bits=8, weight_exp=0):
        name = f"c{len(self.connections)}"
        self.connections[name] = SimpleNamespace(
            name=name, kind="dense", pre=whole(pre), post=whole(post), values=np.asarray(values),
            delays=np.asarray(delays), graded=graded, sign_mode=sign_mode, weight_bits=weight_bits,
            weight_exp=weight_exp,
        )  # fmt: skip


def whole(part):
    if hasattr(part, "target"):
        return part
    return SimpleNamespace(target=part, start=0, stop=part.size, step=1, size=part.size)


def some(target, start, step, size):
    return SimpleNamespace(target=target, start=start, stop=start + step * size, step=step, size=size)


def memoryless(net, name, size, **parameters):
    """A population whose u in step t is what arrived in step t, and which stays silent."""
    return net.neurons(name, size, **{"du": 4096, "dv": 4096, "vth": 131071, **parameters})


def run(net, steps):
    oracle = Oracle(net)
    oracle.run(steps)
    return oracle


def column(oracle, name, neuron=0, var="u"):
    return [row[neuron] for row in oracle.trace(name, var)]


def test_an_input_event_reaches_u_after_its_delay():
    net = Net()
    net.wire(net.source("in", 1, [(1, 0), (2, 0)]), memoryless(net, "out", 1), [[10]])
    net.wire(net.inputs["in"], net.populations["out"], [[20]], delays=3)
    assert column(run(net, 7), "out") == [0, 640, 640, 0, 1280, 1280, 0]


def test_a_spike_takes_one_step_more():
    net = Net()
    first = net.neurons("first", 1, du=4096, dv=0, vth=9, refractory=10)
    net.wire(net.source("in", 1, [(2, 0)]), first, [[10]])
    net.wire(first, memoryless(net, "out", 2), [[4], [6]], delays=[[0], [2]])
    oracle = run(net, 7)
    assert oracle.spikes("first") == [(2, 0, 1)]
    assert oracle.spikes("in") == [(2, 0, 1)]
    assert oracle.trace("first", "v") == [[0]] * 7
    assert column(oracle, "out", 0) == [0, 0, 0, 256, 0, 0, 0]
    assert column(oracle, "out", 1) == [0, 0, 0, 0, 0, 384, 0]


def test_the_order_of_populations_does_not_matter():
    net = Net()
    out = memoryless(net, "out", 1)
    first = net.neurons("first", 1, du=4096, dv=0, vth=0, bias=1)
    net.wire(first, out, [[2]])
    assert column(run(net, 3), "out") == [0, 128, 128]


def test_self_connections_and_parallel_connections_add_up():
    net = Net()
    n = net.neurons("n", 1, du=4096, dv=4096, vth=[9], u=[0], v=[0])
    net.wire(net.source("in", 1, [(0, 0)]), n, [[10]])
    net.wire(n, n, [[8]], delays=1)
    net.wire(n, n, [[2]], delays=1)
    oracle = run(net, 6)
    assert [t for t, _, _ in oracle.spikes("n")] == [0, 2, 4]
    assert oracle.counters("n")["synaptic_events"] == 1 + 2 * 2
    assert oracle.pending_events == 2


def test_initial_state_and_parameters_per_neuron():
    net = Net()
    net.neurons("n", 2, du=[0, 2048], dv=0, vth=131071, u=[64, 64], v=[1, 2])
    oracle = run(net, 2)
    assert oracle.trace("n", "u") == [[64, 32], [64, 16]]
    assert oracle.trace("n", "v") == [[65, 34], [129, 50]]


def test_slices_pick_sources_and_targets():
    net = Net()
    source, out = net.source("in", 6, [(0, i) for i in range(6)]), memoryless(net, "out", 5)
    net.wire(some(source, 1, 2, 3), some(out, 4, -2, 2), [[2, 4, 8], [16, 32, 64]])
    oracle = run(net, 1)
    assert oracle.trace("out", "u") == [[0, 0, 112 * 64, 0, 14 * 64]]
    assert oracle.synaptic_events == 6


def test_binary_and_graded_events():
    net = Net()
    source = net.source("in", 3, [(0, 0), (0, 1), (0, 2)], payloads=[5, -3, 0])
    net.wire(source, memoryless(net, "binary", 1), [[2, 2, 2]])
    net.wire(source, memoryless(net, "graded", 1), [[2, 2, 2]], graded=True)
    oracle = run(net, 1)
    assert column(oracle, "binary") == [4 * 64]  # a payload of 0 is no event
    assert column(oracle, "graded") == [4 * 64]
    assert oracle.spikes("in") == [(0, 0, 5), (0, 1, -3)]


def test_ternary_spikes_through_binary_and_graded_connections():
    net = Net("lava")
    n = net.neurons("n", 2, model="ternary_lif", du=4095, dv=4096, vth_hi=1, vth_lo=-1, bias_mant=[100, -100])
    net.wire(n, net.neurons("binary", 1, du=4095, dv=4096, vth=100), [[2, 4]])
    net.wire(n, net.neurons("graded", 1, du=4095, dv=4096, vth=100), [[2, 4]], graded=True)
    oracle = run(net, 2)
    assert oracle.spikes("n")[:2] == [(0, 0, 1), (0, 1, -1)]
    assert column(oracle, "binary") == [0, 6 * 64]
    assert column(oracle, "graded") == [0, -2 * 64]


def test_exponents_floor_each_weight_on_the_chip_and_the_sum_in_lava():
    for rules, expected in (("chip", 0), ("lava", 64)):
        net = Net(rules)
        source = net.source("in", 3, [(0, 0), (0, 1), (0, 2)])
        out = net.neurons("out", 1, du=4095, dv=4096, vth=131071)
        net.wire(source, out, [[1, 1, 1]], weight_exp=-1, sign_mode="excitatory")
        assert column(run(net, 1), "out") == [expected]


def test_lava_exponents_apply_once_per_delay():
    net = Net("lava")
    source = net.source("in", 3, [(0, 0), (0, 1), (1, 2)])
    out = net.neurons("out", 1, du=4095, dv=4096, vth=131071)
    net.wire(source, out, [[1, 1, 1]], delays=[[1, 1, 0]], weight_exp=-1, sign_mode="excitatory")
    assert column(run(net, 2), "out") == [0, 64]  # (1 + 1) >> 1 and 1 >> 1 arrive together


def test_each_overflow_counts_once_per_neuron_and_step():
    net = Net()
    source = net.source("in", 2, [(t, i) for t in range(3) for i in range(2)])
    out = memoryless(net, "out", 2)
    net.wire(source, out, [[254, 254], [254, 0]], weight_exp=7)
    oracle = run(net, 3)
    assert column(oracle, "out") == [2 * 254 * 128 * 64 - 2**22] * 3
    assert oracle.counters("out") == {
        "q_overflow": 3, "u_overflow": 0, "x_overflow": 0, "v_saturation": 0, "synaptic_events": 12
    }  # fmt: skip


def test_poisson_inputs_follow_the_generator():
    net = Net(seed=7)
    memoryless(net, "n", 1)
    net.source("in", 6, rate=np.array(0.5))
    events = run(net, 20).spikes("in")
    words = {(t, i): random_word(7, 1, t, i) for t in range(20) for i in range(6)}
    assert events == [(t, i, 1) for (t, i), word in words.items() if word < 2**31]
    net.inputs["in"].rate = np.array([0.0, 1.0] * 3)
    assert run(net, 2).spikes("in") == [(t, i, 1) for t in range(2) for i in (1, 3, 5)]


@pytest.mark.parametrize("target", ["u", "v"])
def test_chip_noise_follows_the_generator(target):
    noise = SimpleNamespace(target=target, exp=5, offset=1, enabled=np.array([True, False, True]))
    net = Net(seed=2**40 + 3)
    memoryless(net, "other", 1)
    memoryless(net, "n", 3, noise=noise)
    oracle = run(net, 4)
    expected = [[scaled_noise(noise_level(noise_number(net.seed, 1, t, i)), 5, 1) for i in range(3)] for t in range(4)]
    for row in expected:
        row[1] = 0
    zeros = [[0, 0, 0]] * 4
    assert oracle.trace("n", "u") == (expected if target == "u" else zeros)
    assert oracle.trace("n", "v") == expected


def test_nengo_noise_is_drawn_for_every_neuron_of_the_network():
    noise = SimpleNamespace(target="u", exp=7, offset=0, enabled=np.array(True))
    net = Net("nengo_loihi", seed=42)
    memoryless(net, "silent", 3)
    memoryless(net, "noisy", 2, noise=noise)
    generator = LegacyMT19937(42)
    draws = [[generator.noise_level() for _ in range(5)] for _ in range(3)]
    oracle = run(net, 3)
    assert oracle.trace("noisy", "u") == [row[3:] for row in draws]
    assert oracle.trace("silent", "u") == [[0, 0, 0]] * 3


def test_floating_point_networks():
    net = Net("float")
    source = net.source("in", 2, [(0, 0), (0, 1)], payloads=[3, 1])
    n = net.neurons("n", 1, du=0.5, dv=0.25, vth=10.0, u=1.0, v=2.0, bias=0.125)
    net.wire(source, n, [[0.5, -0.25]], graded=True)
    oracle = run(net, 2)
    assert oracle.trace("n", "u") == [[1.75], [0.875]]
    assert oracle.trace("n", "v") == [[3.375], [3.53125]]


def test_pieces_of_a_run_make_the_whole():
    def build():
        noise = SimpleNamespace(target="v", exp=9, offset=0, enabled=True)
        net = Net("chip", seed=5)
        source = net.source("in", 4, rate=0.3)
        n = net.neurons("n", 5, du=500, dv=100, vth=60, refractory=2, noise=noise)
        weights = np.arange(25).reshape(5, 5) * 4 - 48
        net.wire(source, n, weights[:, :4] + 60)
        net.wire(n, n, weights, delays=np.arange(25).reshape(5, 5) % 7)
        return net

    whole_run, pieces = run(build(), 40), Oracle(build())
    for steps in (1, 0, 17, 22):
        pieces.run(steps)
    assert whole_run.spikes("n")
    assert whole_run.spikes("n") == pieces.spikes("n")
    assert whole_run.trace("n", "v") == pieces.trace("n", "v")
    assert whole_run.counters("n") == pieces.counters("n")


def test_unknown_models_and_noise_are_refused():
    net = Net("brian2_loihi")
    net.neurons("n", 1, model="ternary_lif")
    with pytest.raises(ValueError, match="population 'n': no model 'ternary_lif'"):
        Oracle(net)
    net.neurons("n", 1, noise=SimpleNamespace(target="u", exp=7, offset=0))
    with pytest.raises(ValueError, match="have no noise"):
        Oracle(net)
