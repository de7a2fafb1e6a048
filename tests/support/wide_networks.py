"""Networks of enough neurons to be cut into parts, with all ways in which spikes reach them."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Conv2D, LearningRule, Network, Noise, Trace

SIZES = {"few": 40, "some": 2500, "many": 4200}
NOISY = ("chip", "nengo_loihi")
DELAYED = ("chip", "lava", "float")


def wide_network(rules: str, seed: int) -> Network:
    """A network drawn from a seed: three populations, a Poisson input and listed events, sparse and dense synapses.

    With delays, noise, payloads, shared weights and learning, where the rules have them.
    """
    rng = np.random.default_rng(seed)
    net = Network(rules=rules, seed=seed)
    floats = net.rule_set.floats
    for name, size in SIZES.items():
        noise = Noise("v", exp=9) if rules in NOISY and rng.random() < 0.5 else None
        vth = rng.integers(5, 60, size) if rng.random() < 0.5 else int(rng.integers(5, 60))
        net.population(name, size, vth=vth * 1.0 if floats else vth, **({"noise": noise} if noise else {}))
    net.input("drawn", 3000, rate=0.02)
    times = np.sort(rng.integers(0, 20, 400))
    payloads = rng.integers(1, 7, 400) if rules != "brian2_loihi" and rng.random() < 0.7 else None
    events = np.unique(times * 50 + rng.integers(0, 50, 400))
    given = None if payloads is None else payloads[: len(events)]
    net.input("listed", 50, spikes=(events // 50, events % 50), payloads=given)
    names = [*SIZES, "drawn", "listed"]
    for k in range(6):
        pre, post = net.nodes[names[rng.integers(5)]], net.populations[names[rng.integers(3)]]
        count = int(rng.integers(1, 6000))
        weights = 2 * rng.integers(-20, 40, count)
        pre, post = _sliced(rng, pre), _sliced(rng, post)
        varied = rules in DELAYED and rng.random() < 0.5
        delays = {"delays": rng.integers(0, 9, count) if rng.random() < 0.6 else 3} if varied else {}
        lists = rng.integers(0, pre.size, count), rng.integers(0, post.size, count), weights
        graded = {"graded": True} if pre.name.startswith("listed") and given is not None else {}
        net.connect(pre, post, lists, name=f"sparse {k}", sign_mode="mixed", **delays, **graded)
    dense = 2 * rng.integers(-9, 15, (SIZES["many"], 30))
    net.connect(net.populations["few"][:30], net.populations["many"], dense, name="dense", sign_mode="mixed")
    for name in SIZES:
        net.probe(name)
    net.probe("many", "v", neurons=np.sort(rng.choice(SIZES["many"], 100, replace=False)))
    net.probe("drawn")
    return net


def _sliced(rng: np.random.Generator, node: Any) -> Any:
    """A node, or some of its neurons in a row or at steps."""
    which = rng.integers(4)
    start, stop = sorted(rng.integers(0, node.size, 2).tolist())
    return [node, node, node[start : stop + 1], node[start : stop + 1 : 3]][which]


def learning_network(seed: int) -> Network:
    """Two connections that learn, onto populations that a third reaches too, and convolutions: one learns."""
    rng = np.random.default_rng(seed)
    net = Network(seed=seed)
    drive, reward = net.input("drive", (8, 8, 1), rate=0.1), net.input("reward", 1, rate=0.2)
    cells, other = net.population("cells", 2300, vth=150), net.population("other", 3000, vth=400)
    image = net.population("image", (8, 8, 40), vth=60)
    rule = LearningRule("2^-2*x1*y0 - 2^-2*y1*x0", x1=Trace(16, 10), y1=Trace(20, 5))
    third = LearningRule("2^-3*x1*y0", x1=Trace(30, 8), y1=Trace(20, 5))
    net.connect(drive, cells, rng.integers(0, 60, (2300, 64)), learning=rule, name="first")
    count = 3000
    lists = rng.integers(0, 2300, count), rng.integers(0, 3000, count), rng.integers(1, 90, count)
    net.connect(cells, other, lists, learning=third, name="second", delays=rng.integers(0, 4, count))
    net.connect(reward, other, np.full((3000, 1), 9))
    net.connect(drive, image, Conv2D(rng.integers(0, 30, (40, 3, 3, 1)), padding=1))
    features = net.population("features", (8, 8, 40), vth=90)
    shared = LearningRule("2^-5*x1*y0 - 2^-6*u2*y1", x1=Trace(9, 8), y1=Trace(20, 5), t_epoch=2)
    taps = Conv2D(rng.integers(0, 40, (40, 3, 3, 40)), padding=1)
    net.connect(image, features, taps, learning=shared, name="shared")
    net.connect(image, other, (rng.integers(0, image.size, count), rng.integers(0, 3000, count), np.full(count, 5)))
    net.population("quiet", 4000, vth=90, bias=rng.integers(0, 60, 4000))
    net.connect("quiet", "quiet", (rng.integers(0, 4000, count), rng.integers(0, 4000, count), np.full(count, -9)))
    for name in ("cells", "other", "image", "features", "quiet"):
        net.probe(name)
    net.probe("first", "weights", every=5)
    net.probe("shared", "weights", every=9)
    return net


def lava_learning_network(rules: str, seed: int) -> Network:
    """Two connections that learn under Lava's rules, with third factors: the rows of one change, of the other all."""
    rng = np.random.default_rng(seed)
    net = Network(rules=rules, seed=seed)
    floats, n, count = rules == "float", 2100, 6000
    decay = {"du": 1.0, "dv": 0.2} if floats else {"du": 4095, "dv": 800}
    drive, reward = net.input("drive", 70, rate=0.1), net.input("reward", 1, rate=0.2)
    error = net.input("error", n, rate=0.1)
    cells, other = net.population("cells", n, vth=1500, **decay), net.population("other", n, vth=300, **decay)
    traces = {"x1": Trace(16.5, 10), "y1": Trace(20, 5)}
    epoch = int(rng.integers(1, 4))
    by_spikes = LearningRule("2^-2*x1*y0 - 2^-2*y1*x0 + 2^-6*y2*x0", t_epoch=epoch, **traces)
    everywhere = LearningRule("2^-6*u1*y2*x1 - 2^-6*u1*w", t_epoch=epoch, **traces)
    net.connect(drive, cells, rng.integers(20, 90, (n, 70)), learning=by_spikes, factors={"y2": error}, name="first")
    lists = rng.integers(0, n, count), rng.integers(0, n, count), rng.integers(40, 120, count)
    net.connect(cells, other, lists, learning=everywhere, factors={"y2": reward}, name="second")
    some = rng.integers(0, 2, (n, 45))
    net.connect(cells[9:54], other, some, learning=by_spikes, factors={"y2": error}, name="third", kind="dense")
    for population in ("cells", "other"):
        net.probe(population)
    net.probe("first", "weights", every=5)
    net.probe("second", ["weights", "x1", "y1", "y2"], every=3)
    return net
