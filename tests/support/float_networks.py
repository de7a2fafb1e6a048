"""Networks of floats with every kind of connection, and samples for them."""

import numpy as np

from loihi_emu import LOIHI2, Conv2D, Network


def grid_network():
    """All numbers are on the grid of the integers: nothing can be lost at a scale of 64."""
    rng = np.random.default_rng(4)

    def weights(*shape):
        return rng.integers(-20, 40, shape) * 2 / 64

    net = Network("grid", rules="float", chip=LOIHI2)
    image, wires = net.input("image", (6, 6, 2)), net.input("wires", 5)
    maps = net.population("maps", (4, 4, 3), du=1.0, dv=0.0, vth=4.0)
    cells = net.population("cells", 7, du=1.0, dv=0.0, vth=3.0, bias=0.25, refractory=2)
    soft = net.population("soft", 4, model="lif_subtract", du=1.0, dv=0.0, vth=2.0)
    out = net.population("out", 3, model="li", du=1.0, dv=0.0)
    net.connect(image, maps, Conv2D(weights(3, 3, 3, 2)))
    net.connect(maps, cells, weights(7, 48), delays=rng.integers(0, 4, (7, 48)))
    net.connect(wires[1:4], cells[[5, 0, 3]], weights(3, 3), graded=True)
    net.connect(cells, cells, -np.abs(weights(7, 7)), delays=1)
    pre, post = rng.integers(0, 7, 12), rng.integers(0, 4, 12)
    pairs = np.unique(np.stack([pre, post]), axis=1)
    net.connect(cells, soft, (*pairs, weights(pairs.shape[1])), delays=rng.integers(0, 3, pairs.shape[1]))
    net.connect(soft, out, weights(3, 4))
    net.connect("cells", "out", weights(3, 7))
    return net


def grid_samples(rng, count=4, steps=30):
    return {
        "image": rng.random((count, steps, 72)) < 0.1,
        "wires": rng.integers(0, 3, (count, steps, 5)) * (rng.random((count, steps, 5)) < 0.3),
    }


def layers(seed=0, n_in=12, n_hidden=20, n_out=3, model="lif"):
    """Two layers of floats that no grid holds."""
    rng = np.random.default_rng(seed)
    net = Network("layers", rules="float")
    source = net.input("source", n_in)
    hidden = net.population("hidden", n_hidden, du=0.31, dv=0.083, vth=1.0, bias=rng.normal(0, 0.01, n_hidden))
    out = net.population("out", n_out, model=model, **({} if model == "li" else {"vth": 1.3}), du=0.47, dv=0.031)
    net.connect(source, hidden, rng.standard_t(3, (n_hidden, n_in)) * 0.2 + 0.03)
    net.connect(hidden, hidden, rng.normal(-0.05, 0.2, (n_hidden, n_hidden)))
    net.connect(hidden, out, rng.normal(0.05, 0.3, (n_out, n_hidden)))
    return net


def spikes(seed, count, steps, n, rate=0.15):
    return np.random.default_rng(seed).random((count, steps, n)) < rate


def classes(seed=0, spread=0.25):
    """A network that tells which third of its inputs is busiest, by weights most of which are noise."""
    rng = np.random.default_rng(seed)
    net = Network("classes", rules="float")
    source = net.input("source", 12)
    hidden = net.population("hidden", 18, du=0.5, dv=0.12, vth=1.0)
    out = net.population("out", 3, du=0.5, dv=0.08, vth=1.2)
    first = np.arange(18)[:, None] % 3 == np.arange(12) % 3
    second = np.arange(3)[:, None] == np.arange(18) % 3
    net.connect(source, hidden, rng.normal(0, spread, (18, 12)) + np.where(first, 0.35, -0.15))
    net.connect(hidden, out, rng.normal(0, spread, (3, 18)) + np.where(second, 0.35, -0.15))
    return net


def of_classes(seed, count, steps):
    """Samples of three classes in turn, and their labels."""
    labels = np.arange(count) % 3
    rates = np.where(np.arange(12) % 3 == labels[:, None], 0.3, 0.15)
    return np.random.default_rng(seed).random((count, steps, 12)) < rates[:, None], labels
