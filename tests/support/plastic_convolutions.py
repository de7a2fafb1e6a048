"""Hypothesis: random small convolutions that learn by random rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from plastic_networks import SIGNS, SIMPLE, TRACES, variables

from loihi_emu import Conv2D, LearningRule, Network, Trace

MORE = ("u0*x1*w*y1", "y0*(x2 - 20)*sgn(w)", "x0*y1*(w + 3)", "u2*(y3 + 1)", "y0*x1*y2", "x0*x1*sgn(y1 - 4)")


@st.composite
def shared_rules(draw: Any) -> LearningRule:
    """A rule of one to three products for weights."""
    scales = st.sampled_from(["", "2^-7*", "-3*2^-6*", "2^-3*", "-2^-5*", "7*2^4*"])
    terms = st.tuples(scales, st.sampled_from(SIMPLE + MORE)).map("".join)
    text = " + ".join(draw(st.lists(terms, min_size=1, max_size=3)))
    traces = {name: Trace(draw(st.sampled_from([3, 16.5, 127])), draw(st.sampled_from([0, 4, 20]))) for name in TRACES}
    return LearningRule(dw=text, t_epoch=draw(st.sampled_from([1, 1, 2, 5])), **traces)


@st.composite
def convolutions(draw: Any) -> Network:
    """A network in which a convolution learns, from an input or a population."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    small = st.integers(1, 3)
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    inner, outer = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    shape = (draw(st.integers(1, 5)), draw(st.integers(1, 5)), groups * inner)
    mode = draw(st.sampled_from(list(SIGNS)))
    low, high = SIGNS[mode]
    kernel = rng.integers(low, high, (groups * outer, draw(small), draw(small), inner), endpoint=True)
    conv = Conv2D(
        kernel, stride=(draw(small), draw(small)), padding=(draw(st.integers(0, 2)), draw(st.integers(0, 2))),
        dilation=(draw(st.integers(1, 2)), draw(st.integers(1, 2))), groups=groups,
    )  # fmt: skip
    reach = [1 + (kernel.shape[1 + k] - 1) * conv.dilation[k] for k in range(2)]
    assume(all(shape[k] + 2 * conv.padding[k] >= reach[k] for k in range(2)))
    net = Network("shared", seed=draw(st.sampled_from([0, 7, (1 << 63) - 1])))
    rate = draw(st.sampled_from([0.05, 0.3, 0.8]))
    source: Any = net.input("source", shape, rate=rate)
    if draw(st.booleans()):
        drive, n = source, source.size
        source = net.population("before", shape, vth=60, dv=4096)
        net.connect(drive, source, (np.arange(n), np.arange(n), 200))
    cells = net.population("cells", conv.output_shape(shape), vth=60, dv=400, refractory=1)
    teacher = net.input("teacher", cells.size, rate=0.2)
    net.connect(teacher, cells, (np.arange(cells.size), np.arange(cells.size), 255))
    rule, factors = draw(shared_rules()), None
    if draw(st.booleans()):
        values = rng.integers(-200, 200, 12)
        error = net.input("error", 1, spikes=(rng.integers(0, 40, 12), np.zeros(12, int)), payloads=values)
        rule, factors = LearningRule.from_settings(rule.settings() | {"y3": None}), {"y3": error}
    made = net.connect(
        source, cells, conv, name="learns", sign_mode=mode, delays=draw(st.sampled_from([0, 2])), learning=rule,
        factors=factors, weight_bits=draw(st.integers(1, 8)), weight_exp=draw(st.integers(-3, 7)),
    )  # fmt: skip
    for population in net.populations.values():
        net.probe(population, ["spikes", "v"])
    net.probe(made, variables(made))
    return net
