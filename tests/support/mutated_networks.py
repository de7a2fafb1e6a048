"""Small networks of every kind that a file can hold: rule sets, ways of learning, delays, noise, inputs, probes."""

from __future__ import annotations

import numpy as np

from loihi_emu import LOIHI2, Conv2D, LearningRule, Network, Noise, Population, Trace
from loihi_emu.learning import pes

V = (1 << 23) - 1


def plain() -> Network:
    """Dense, sparse and graded synapses with delays, a recurrent slice, events and a Poisson input."""
    net, rng = Network("plain", seed=3), np.random.default_rng(1)
    source = net.input("source", 6, spikes=([0, 3, 3, 9, 14], [4, 0, 0, 2, 5]), payloads=[2, -3, 1, 7, 1])
    poisson = net.input("poisson", 5, rate=np.linspace(0, 1, 5))
    late = net.input("late", 3, spikes=(np.arange(4, 30), np.arange(4, 30) % 3))
    cells = net.population("cells", 7, vth=np.arange(40, 47), du=900, dv=200, refractory=[1, 2, 3, 4, 5, 6, 7])
    other = net.population("other", 4, vth=30, bias=np.arange(4) * 300, bias_exp=2, vmin=-500, u=[0, 5, -9, 100])
    net.connect(source, cells, rng.integers(0, 80, (7, 6)), graded=True, name="graded")
    net.connect(poisson, cells, rng.integers(-90, 90, (7, 5)), delays=rng.integers(0, 9, (7, 5)), weight_bits=6)
    net.connect(cells[1:7:2], other, ([0, 2, 2, 1], [3, 0, 1, 1], [9, 8, 7, 90]), delays=[0, 5, 1, 2], name="list")
    net.connect(late, other, np.full((4, 3), 640), scaled=True, delays=3, name="scaled")
    net.connect(other, other, np.eye(4, dtype=int) * 20, weight_exp=-2, sign_mode="mixed")
    net.probe(source)
    net.probe(cells[2:6], ["spikes", "v"], every=2)
    net.probe(other, ["u", "v", "rest"], neurons=[0, 3], view="chip")
    return net


def noisy() -> Network:
    """Noise on u and on v of some neurons, and a convolution, on a chip with changed numbers."""
    net = Network("noisy", seed=(1 << 63) - 1, chip=LOIHI2)
    some = Noise("v", 9, 1, np.arange(24) % 3 > 0)
    image = net.population("image", (3, 4, 2), vth=60, bias=np.arange(24), noise=some)
    maps = net.population("maps", (3, 4, 2), vth=90, noise=Noise("u", 8))
    net.connect(image, maps, Conv2D(np.arange(6).reshape(2, 3, 1, 1) * 9, padding=(1, 0), groups=2), delays=2)
    net.probe(image, ["spikes", "v"])
    net.probe(maps)
    return net


def lava() -> Network:
    """Lava's models, exponents of sums and a convolution, which have accumulators of their own."""
    net, rng = Network("lava", rules="lava"), np.random.default_rng(2)
    source = net.input("source", (3, 3, 1), rate=0.5)
    ternary = net.population("ternary", 5, model="ternary_lif", du=100, dv=50, vth_hi=20, vth_lo=-20)
    maps = net.population("maps", (3, 3, 2), du=4095, vth=3, bias_mant=2, bias_exp=3)
    reset = net.population("reset", 3, model="lif_reset", reset_interval=5, reset_offset=2, vth=9, bias_mant=[1, 2, 3])
    net.connect(source, ternary, rng.integers(-99, 99, (5, 9)), weight_exp=-2, delays=rng.integers(0, 4, (5, 9)))
    net.connect(source, maps, Conv2D(rng.integers(-20, 20, (2, 3, 3, 1)), padding=1))
    net.connect(ternary, reset, rng.integers(0, 99, (3, 5)), graded=True, weight_exp=1)
    rotates = net.population("rotates", 5, model="rf", period=[4, 6, 7.5, 9, 12], alpha=0.1, state_exp=6)
    net.connect(source, rotates, rng.integers(-99, 99, (5, 9)), delays=2)
    net.connect(ternary, rotates[1:4], rng.integers(-99, 99, (3, 5)), graded=True, weight_exp=-1, port="a_imag_in")
    net.probe(ternary, ["spikes", "u"])
    net.probe(reset)
    net.probe(rotates, ["spikes", "real"])
    return net


def floating() -> Network:
    """Floats."""
    net, rng = Network("floating", rules="float"), np.random.default_rng(3)
    source = net.input("source", 5, spikes=(np.arange(20), np.arange(20) % 5))
    cells = net.population("cells", 6, du=0.5, dv=np.linspace(0, 1, 6), vth=1.5, bias=0.1, refractory=2, u=0.25)
    net.connect(source, cells, rng.normal(size=(6, 5)), delays=rng.integers(0, 3, (6, 5)))
    net.connect(cells, cells, ([0, 1, 5], [1, 2, 0], [0.5, -0.25, 1.0]))
    net.probe(cells, ["spikes", "u", "v"])
    return net


def learning() -> Network:
    """Traces with epochs, third factors of both kinds, tags, delays that change; a list and a matrix."""
    net, rng = Network("learning", seed=9), np.random.default_rng(4)
    source, reward = net.input("source", 6, rate=0.4), net.input("reward", 1, rate=0.3)
    error = net.input("error", 5, spikes=(np.arange(15), np.arange(15) % 5), payloads=rng.integers(-99, 99, 15))
    cells = net.population("cells", 5, vth=40, du=900, dv=90)
    traces = {"x1": Trace(16.5, 10), "y1": Trace(20, np.inf), "y2": Trace(3, 2.5)}
    rule = LearningRule(
        dw="x1*y0 - 2^-2*y1*x0 + u1*(w - 3)*y3", dd="2^-1*x1*y0 - y2*x0", dt="x0*y1 - u0*sgn(t - 5)", t_epoch=3,
        **traces,
    )  # fmt: skip
    net.connect(
        source, cells, rng.integers(0, 99, (5, 6)), sign_mode="excitatory", delays=rng.integers(0, 5, (5, 6)),
        learning=rule, factors={"y2": reward, "y3": error}, name="matrix",
    )  # fmt: skip
    back = LearningRule(dw="2^-3*x1*y0", x1=Trace(9, 4), t_epoch=3)
    net.connect(
        cells, cells, (rng.integers(0, 5, 9), rng.integers(0, 5, 9), rng.integers(-99, 99, 9)), sign_mode="mixed",
        weight_bits=6, learning=back, delays=2, name="list",
    )  # fmt: skip
    net.probe(cells, ["spikes", "v"])
    net.probe("matrix", ["weights", "delays", "tags", "y3"], every=4)
    net.probe("list", "weights")
    return net


def shared() -> Network:
    """A convolution that learns."""
    net = Network("shared", seed=2)
    source, cells = net.input("source", (4, 4, 2), rate=0.3), net.population("cells", (3, 3, 2), vth=40, dv=90)
    rule = LearningRule(dw="2^-2*x1*y0 - 2^-4*u0*w", x1=Trace(20, 4), t_epoch=2)
    kernel = np.arange(16).reshape(2, 2, 2, 2) * 9
    net.connect(source, cells, Conv2D(kernel), sign_mode="excitatory", learning=rule, delays=1, name="conv")
    net.probe("conv", ["weights", "x1"])
    net.probe(cells)
    return net


def _by_lavas_rules(net: Network, cells: Population) -> Network:
    """A matrix and a list that learn, with an epoch each, tags, and values from an input and from neurons."""
    rng = np.random.default_rng(4)
    source, error = net.input("source", 6, rate=0.4), net.input("error", 5, spikes=np.eye(5, dtype=int) * 9)
    critic = net.population("critic", 1, model="sigma")
    net.connect(error, critic, np.ones((1, 5), int), graded=True, name="judge")
    traces = {"x1": Trace(16.5, 10), "y1": Trace(20, np.inf)}
    rule = LearningRule(dw="x1*y0 - 2^-2*y1*x0 + u1*2^-3*t*y3", dt="x0*y2 - u1*sgn(t - 5)", t_epoch=3, **traces)
    net.connect(
        source, cells, rng.integers(0, 99, (5, 6)), sign_mode="excitatory", learning=rule,
        factors={"y2": error, "y3": critic}, name="matrix",
    )  # fmt: skip
    places = rng.integers(0, 5, 9), rng.integers(0, 5, 9)
    back = LearningRule(dw="2^-3*x1*y0", x1=Trace(9, 4), t_epoch=4)
    net.connect(cells, cells, (*places, rng.integers(-99, 99, 9)), sign_mode="mixed", learning=back, name="list")
    net.probe(cells, ["spikes", "v"])
    net.probe("matrix", ["weights", "tags", "y3"], every=4)
    net.probe("list", "weights")
    return net


def lava_learning() -> Network:
    """Lava's learning in integers."""
    net = Network("lava learning", rules="lava", seed=9)
    return _by_lavas_rules(net, net.population("cells", 5, vth=40, du=900, dv=90))


def float_learning() -> Network:
    """Lava's learning in float64."""
    net = Network("float learning", rules="float", seed=9)
    return _by_lavas_rules(net, net.population("cells", 5, vth=40, du=0.5, dv=0.1))


def brian2() -> Network:
    """The peer's learning with a delay, and state beyond all fields."""
    net = Network("brian2", rules="brian2_loihi", seed=5)
    source = net.input("source", 4, rate=0.5)
    cells = net.population("cells", 3, vth=60, du=900, u=1 << 40, refractory=9)
    rule = LearningRule(dw="2^-1*x1*y0 - y1*x0 + u2*2", x1=Trace(16, 10), y1=Trace(9, 20))
    net.connect(source, cells, np.full((3, 4), 60), sign_mode="mixed", delays=2, learning=rule, name="late")
    net.connect(cells, cells, ([0, 1], [1, 2], [-30, -90]), sign_mode="inhibitory", learning=rule, name="now")
    net.probe("late", ["weights", "x1"])
    net.probe(cells, ["spikes", "v"])
    return net


def nengo() -> Network:
    """The peer's noise and PES, drawn from one generator."""
    net = Network("nengo", rules="nengo_loihi", seed=(1 << 32) - 1)
    source = net.input("source", 4, rate=0.5)
    error = net.input("error", 3, spikes=np.eye(3, dtype=int) * [9, -4, 30])
    cells = net.population("cells", 3, vth=500, vth_exp=2, bias=90, noise=Noise("v", 7), vmin=-V - 1)
    how = {"learning": pes(2**-6), "factors": {"y1": error}}
    net.connect(source, cells, np.full((3, 4), 90), sign_mode="mixed", name="c", **how)
    net.connect(source, cells, np.full((3, 4), 900), scaled=True, weight_exp=-3, name="scaled")
    net.probe("c", ["weights", "x1", "y1"])
    net.probe(cells, ["spikes", "u"])
    return net


NETWORKS = (plain, noisy, lava, floating, learning, shared, lava_learning, float_learning, brian2, nengo)
