"""Networks of LIF neurons, drawn from a seed: parameters of their own, loops, delays."""

import numpy as np

from loihi_emu import Network


def by_hand(rules, rng):
    if rules == "float":
        return {"du": rng.random(1)[0], "dv": 0.3, "vth": 120, "bias": 1.7, "v": 3.5}
    bias = {"bias_mant": 101, "bias_exp": 1} if rules == "lava" else {"bias": 101, "bias_exp": 1}
    return {"du": int(rng.integers(300, 4000)), "dv": 411, "vth": 120, "v": 5, **bias}


def drawn(seed, rules):
    """Populations with parameters of their own for each neuron, joined at random, loops and delays among them."""
    rng = np.random.default_rng(seed)
    net = Network("drawn", rules=rules)
    net.input("in", 4)
    for k in range(rng.integers(1, 4)):
        n = int(rng.integers(1, 5))
        own = [by_hand(rules, rng) | {"vth": int(rng.integers(20, 200))} for _ in range(n)]
        leaks = rng.random() < 0.5  # a filter without a leak cannot have a bias, which NIR lacks
        merged = {name: np.array([p[name] for p in own]) for name in own[0]}
        merged["du"] = merged["du"] if leaks else (4095 if rules == "lava" else 4096 if rules == "chip" else 1.0)
        merged["dv"] = merged["dv"] if leaks else 0
        model = "lif_subtract" if rules != "lava" and rng.random() < 0.3 else "lif"
        net.population(f"p{k}", n, model=model, **merged)
    names = list(net.nodes)
    for _ in range(rng.integers(1, 6)):
        pre, post = net[str(rng.choice(names))], net[str(rng.choice(names[1:]))]
        values = rng.integers(-120, 120, (post.size, pre.size)) * 2 * (rng.random((post.size, pre.size)) < 0.7)
        net.connect(pre, post, values, delays=rng.integers(0, 5, values.shape))
    return net
