"""A network with every kind of probe, and whether two recordings are equal."""

import warnings

import numpy as np

from loihi_emu import LearningRule, LoihiInputWarning, Network, Recording, Trace


def network(n=30, learns=True):
    rng = np.random.default_rng(3)
    net = Network("n", seed=5)
    graded = net.input("graded", 4, spikes=rng.integers(0, 3, (400, 4)))
    plain = net.input("plain", 5, spikes=(np.arange(300), np.arange(300) % 5))
    cells = net.population("cells", n, vth=20, dv=100, bias=rng.integers(0, 90, n), refractory=2)
    net.connect(graded, cells, rng.integers(-99, 99, (n, 4)), graded=True)
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(20, 5), y1=Trace(20, 5))
    learning = {"learning": rule, "sign_mode": "excitatory"} if learns else {}
    c = net.connect(plain, cells, rng.integers(1, 99, (n, 5)), name="c", **learning)
    net.probe(cells, ["spikes", "u", "v"])
    net.probe(graded)
    net.probe(plain)
    if learns:
        net.probe(c, "weights", every=7)
    return net


def contents(recording):
    found = {}
    for name in recording.names:
        values = recording[name]
        if name.endswith(".spikes"):
            found[name] = [values.times, values.indices, values.payloads]
        else:
            found[name] = [values, recording.times(name)]
    return found


def same(a, b):
    assert (a.start, a.steps, a.names, a.stats) == (b.start, b.steps, b.names, b.stats)
    first, second = contents(a), contents(b)
    for name, arrays in first.items():
        for x, y in zip(arrays, second[name], strict=True):
            assert (x is None) == (y is None)
            assert x is None or (np.array_equal(x, y) and x.dtype == y.dtype and x.shape == y.shape), name


def load_any(path):
    """A recording, whatever is said about it on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoihiInputWarning)
        return Recording.load(path)
