"""Hypothesis: random networks in which a connection learns by a random rule of Lava's, in integers or in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from plastic_networks import part, variables

from loihi_emu import LearningRule, Network, Trace

LOW_HIGH = {"excitatory": (0, 255), "inhibitory": (-255, 0), "mixed": (-256, 255)}
TRACES = ("x1", "x2", "y1", "y2", "y3")
SCALES = ("", "2^-7*", "2^-3*", "2^2*", "4*", "3*", "5*2^-4*", "24*2^-2*", "0.25*", "7*2^8*", "-8*2^-7*")


@st.composite
def products(draw: Any, k: int, floats: bool) -> str:
    """One product as text; in float64 those that grow on themselves are left out."""
    parts = [draw(st.sampled_from(["x0", "y0", f"u{k}", f"u{k}*x0", "x0*y0"]))]
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([*TRACES, "x0"] if floats else [*TRACES, "w", "t", "x0"]))
        constant = draw(st.integers(-128, 127))
        form = draw(st.sampled_from(["{v}", "({v} + {c})", "({c} - {v})"]))
        if name in ("w", "t"):
            form = draw(st.sampled_from([form, "sgn({v})", "sgn({v} + {c})"]))
        parts.append(form.format(v=name, c=abs(constant) if "({c}" in form else constant).replace("+ -", "- "))
    return draw(st.sampled_from(SCALES)) + "*".join(parts)


@st.composite
def rules(draw: Any, driven: set[str], floats: bool) -> LearningRule:
    """A rule of several products for w and t."""
    k = draw(st.integers(0, 2))

    def text() -> str:
        return " - ".join(draw(st.lists(products(k, floats), min_size=1, max_size=3)))

    impulses = st.integers(0, 127 * 256).map(lambda whole: whole / 256)
    taus = st.sampled_from([0, 1, 3.5, 10, 50, np.inf])
    chosen = {name: Trace(draw(impulses), draw(taus)) for name in TRACES if name not in driven}
    which = draw(st.sampled_from([("dw",), ("dt",), ("dw", "dt")]))
    return LearningRule(**{name: text() for name in which}, t_epoch=draw(st.integers(1, 7)), **chosen)


def cells_of(draw: Any, net: Network, n: int) -> Any:
    """Neurons that spike now and then."""
    decay = draw(st.sampled_from([0.0, 1.0]))
    if net.rules == "float":
        return net.population("cells", n, vth=60.0, du=1.0, dv=decay)
    return net.population("cells", n, vth=60, du=4095, dv=int(4095 * decay))


@st.composite
def networks(draw: Any, name: str) -> Network:
    """A network with one connection that learns, between slices, from an input or a population."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    floats = name == "float"
    net = Network("plastic", rules=name, seed=draw(st.sampled_from([0, 7, (1 << 63) - 1])))
    rate = draw(st.sampled_from([0.05, 0.3, 0.8]))
    source = net.input("source", draw(st.integers(1, 9)), rate=rate)
    drive = net.input("drive", draw(st.integers(1, 9)), rate=rate)
    cells = cells_of(draw, net, drive.size)
    net.connect(drive, cells, (np.arange(drive.size), np.arange(drive.size), 200))
    before, after = (part(draw, node) for node in (draw(st.sampled_from([source, cells])), cells))
    factors = {}
    if draw(st.booleans()):
        factors["y2"] = net.input("reward", draw(st.sampled_from([1, after.size])), rate=0.3)
    if draw(st.booleans()):
        times, values = np.sort(rng.choice(60, 12, replace=False)), rng.integers(-200, 200, 12)
        factors["y3"] = error = net.input("error", 1, spikes=(times, np.zeros(12, int)), payloads=values)
        if draw(st.booleans()):  # the sum of all errors so far, of a fraction each in float64
            factors["y3"] = net.population("critic", 1, model="sigma")
            net.connect(error, "critic", [[0.25 if floats else 2]], graded=True)
    mode = draw(st.sampled_from(list(LOW_HIGH)))
    weights: Any = rng.integers(*LOW_HIGH[mode], (after.size, before.size), endpoint=True)
    kind = draw(st.sampled_from(["dense", "sparse", "triples"]))
    how: Any = {"kind": kind}
    if kind == "triples":
        count = draw(st.integers(0, 12))
        places = rng.integers(0, before.size, count), rng.integers(0, after.size, count)
        weights, how = (*places, rng.integers(*LOW_HIGH[mode], count, endpoint=True)), {}
    if kind == "dense" and (before.step > 1 or after.step > 1):
        how = {}
    if not floats:
        how |= {"weight_bits": draw(st.integers(1, 8)), "weight_exp": draw(st.integers(-3, 7))}
    connection = net.connect(
        before, after, weights, name="learns", sign_mode=mode, learning=draw(rules(set(factors), floats)),
        factors=factors or None, **how,
    )  # fmt: skip
    net.probe(cells, ["spikes", "v"])
    net.probe(connection, variables(connection))
    return net
