"""Random rules on random networks: emulator and oracle agree in every weight, delay, tag and trace of every step."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from plastic_networks import assert_learns_as_the_oracle, networks

from loihi_emu import LearningRule, Network, Trace


@given(networks(), st.integers(1, 40))
def test_random_rules(net, steps):
    assert_learns_as_the_oracle(net, steps)


@given(networks(simple=True), st.integers(1, 40))
def test_rules_of_one_pass(net, steps):
    assert_learns_as_the_oracle(net, steps)


def test_long_epochs_and_wide_rows():
    rng = np.random.default_rng(1)
    for kind in ("dense", "sparse"):
        net = Network(seed=5)
        source = net.input("source", 3, rate=0.1)
        cells = net.population(
            "cells", 2500, vth=100, dv=4096, bias=[100 * (k % 40) for k in range(2500)], refractory=9
        )
        rule = LearningRule(
            dw="2^-2*x1*y0 - 3*2^-4*y1*x0 + u1*2^-6*x1*y2 - u2*2^-3*w", t_epoch=5,
            x1=Trace(16.25, 10), y1=Trace(20, 7), y2=Trace(5, 30),
        )  # fmt: skip
        made = net.connect(
            source,
            cells,
            rng.integers(0, 200, (2500, 3)),
            learning=rule,
            kind=kind,
            sign_mode="excitatory",
            name="learns",
        )
        net.probe(made, ["weights", "x1", "y1", "y2"])
        net.probe(cells, ["v"])
        assert_learns_as_the_oracle(net, 12)
