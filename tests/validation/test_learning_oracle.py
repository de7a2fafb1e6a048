"""Random rules on random networks: emulator and oracle agree in every weight, delay, tag and trace of every step."""

import numpy as np
import plastic_lava_networks
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from plastic_networks import assert_learns_as_the_oracle, networks

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.validation.oracle import Oracle

pytestmark = UNHEEDED


@given(networks(), st.integers(1, 40))
def test_random_rules(net, steps):
    assert_learns_as_the_oracle(net, steps)


@given(networks(simple=True), st.integers(1, 40))
def test_rules_of_one_pass(net, steps):
    assert_learns_as_the_oracle(net, steps)


@given(plastic_lava_networks.networks("lava"), st.integers(1, 40))
def test_lavas_rules(net, steps):
    assert_learns_as_the_oracle(net, steps)


@given(plastic_lava_networks.networks("float"), st.integers(1, 40))
def test_lavas_rules_in_float64(net, steps):
    assert_learns_as_the_oracle(net, steps)


@pytest.mark.slow
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


@pytest.mark.slow
@given(
    st.integers(0, 2**16), st.sampled_from([0, 1, 3]), st.sampled_from(["excitatory", "mixed", "inhibitory"]),
    st.booleans(), st.sampled_from([None, 0.3]),
)  # fmt: skip
def test_the_peers_rules_with_delays(seed, delay, mode, recurrent, constant):
    """Also where weights are large enough to make the target spike, so that delivery matters."""
    rng = np.random.default_rng(seed)
    net = Network(rules="brian2_loihi", seed=seed)
    source, cells = net.input("source", 6, rate=0.2), net.population("cells", 4, vth=150, dv=400)
    net.connect(source, cells, rng.integers(0, 255, (4, 6)))
    text = "2^-3*x1*y0 - 2^-4*y1*x0 + u3*3 - 2^-2*sign(w)*u2"
    rule = LearningRule(dw=text, x1=Trace(60, 7), y1=Trace(50, 9), y3=Trace(3, 2), random=constant)
    low, high = {"excitatory": (0, 255), "mixed": (-256, 254), "inhibitory": (-256, 0)}[mode]
    pre = cells if recurrent else source
    weights = rng.integers(low, high, (4, pre.size), endpoint=True)
    bits = int(rng.integers(4, 9))
    made = net.connect(
        pre, cells, weights, name="learns", learning=rule, sign_mode=mode, delays=delay, weight_bits=bits,
        kind="dense" if seed % 2 else "sparse",
    )  # fmt: skip
    net.probe(made, ["weights", "x1", "y1", "y3"])
    net.probe(cells, ["spikes", "v"])
    emulator, oracle = Emulator(net), Oracle(net)
    recording = emulator.run(60)
    oracle.run(60)
    for variable, kept in oracle.learned["learns"].items():
        rows = np.asarray(recording[f"learns.{'weights' if variable == 'w' else variable}"])
        rows = rows.swapaxes(1, 2).reshape(60, -1) if rows.ndim == 3 else rows
        assert rows.tolist() == kept, variable
    assert recording["cells.v"].tolist() == oracle.trace("cells", "v")
    assert len(recording.spikes("cells")) > 0
