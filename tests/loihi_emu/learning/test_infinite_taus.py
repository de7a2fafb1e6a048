"""Traces that never decay: in rules, runs, settings, probes, files and windows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED

from loihi_emu import Emulator, LearningRule, LoihiInputWarning, Network, Trace
from loihi_emu.learning import learning_window, pair_stdp, pes
from loihi_emu.validation.oracle import Oracle

pytestmark = UNHEEDED

EVER = (np.inf, math.inf, float("inf"), np.float32("inf"), np.float64(np.inf), np.array(np.inf))


def remembering(tau, rules="chip", impulse=16, **more):
    net = Network(rules=rules)
    source, cells = net.input("source", 2, spikes=([1, 5, 40], [0, 0, 1])), net.population("cells", 1, vth=9)
    rule = LearningRule(dw="x1*x0", x1=Trace(impulse, tau), **more)
    net.probe(net.connect(source, cells, 1, learning=rule, name="s", weight_exp=-8, sign_mode="excitatory"), "x1")
    return net


@pytest.mark.parametrize("tau", EVER, ids=repr)
def test_a_trace_without_decay_adds_up_and_stays(tau):
    emulator = Emulator(remembering(tau))
    rows = emulator.run(3000)["s.x1"]
    assert rows[[0, 1, 4, 5, 39, 2999], 0].tolist() == [0, 16, 16, 32, 32, 32]
    assert rows[[39, 40, 2999], 1].tolist() == [0, 16, 16]
    assert math.isinf(emulator.get("s", "tau_x1")) and emulator.get("s", "x1").tolist() == [32, 16]


def test_it_saturates_like_any_other():
    net = remembering(np.inf, impulse=100)
    assert Emulator(net).run(10)["s.x1"][9].tolist() == [127, 0]


@given(
    st.integers(0, 2**32 - 1), st.lists(st.sampled_from([0, 3, 20.5, np.inf]), min_size=5, max_size=5),
    st.sampled_from([1, 2, 5]), st.sampled_from(["dense", "sparse"]),
)  # fmt: skip
def test_infinite_and_finite_traces_agree_with_the_oracle(seed, taus, t_epoch, kind):
    rng = np.random.default_rng(seed)
    net = Network("memory", seed=seed)
    pre, drive = net.input("pre", 4, rate=0.3), net.input("drive", 3, rate=0.3)
    post = net.population("post", 3, vth=60, dv=4096)
    net.connect(drive, post, np.diag([200] * 3))
    traces = {name: Trace(1.25, tau) for name, tau in zip(("x1", "x2", "y1", "y2", "y3"), taus, strict=True)}
    rule = LearningRule(dw="2^-3*x1*y0 - 2^-3*y1*x0 + 2^-5*x2*y0 - 2^-5*u1*y2 + 2^-6*x0*y3", t_epoch=t_epoch, **traces)
    weights = rng.integers(1, 255, (3, 4))
    made = net.connect(pre, post, weights, learning=rule, name="s", kind=kind, sign_mode="excitatory")
    net.probe(made, ["weights", *traces])
    recording, oracle = Emulator(net).run(60), Oracle(net)
    oracle.run(60)
    for variable, kept in oracle.learned["s"].items():
        rows = np.asarray(recording[f"s.{'weights' if variable == 'w' else variable}"])
        rows = rows.swapaxes(1, 2).reshape(60, -1) if rows.ndim == 3 else rows
        assert rows.tolist() == kept, variable


def test_it_can_be_set_and_taken_back():
    emulator = Emulator(remembering(2))
    emulator.run(2)
    emulator.set("s", "tau_x1", np.inf)
    before = emulator.get("s", "x1").tolist()
    emulator.run(3)
    assert before == emulator.get("s", "x1").tolist() and emulator.get("s", "tau_x1") == np.inf
    emulator.set("s", "tau_x1", 0)
    emulator.run(1)
    emulator.run(1)
    assert emulator.get("s", "x1").tolist() == [0, 0]


@pytest.mark.parametrize("rules", ["chip", "brian2_loihi"])
def test_it_is_kept_by_files_and_checkpoints(tmp_path, rules):
    net = remembering(np.inf, rules)
    whole = Emulator(net).run(50)["s.x1"].tolist()
    loaded = Network.load(net.save(tmp_path / "net"))
    assert loaded.connections["s"].learning.rule == net.connections["s"].learning.rule
    emulator = Emulator(loaded)
    emulator.run(20)
    path = emulator.save(tmp_path / "at")
    again = Emulator(net)
    again.restore(path)
    assert again.run(30)["s.x1"].tolist() == whole[20:]
    assert LearningRule.from_settings(net.connections["s"].learning.rule.settings()).x1.tau == np.inf


def test_pes_takes_it_under_both_rule_sets():
    for rules in ("chip", "nengo_loihi"):
        net = Network(rules=rules)
        source, cells = net.input("source", 1, spikes=([1, 9], [0, 0])), net.population("cells", 1, vth=9)
        error = net.input("error", 1, spikes=([0], [0]), payloads=[3])
        rule = pes(tau=np.inf, impulse=20)
        net.probe(
            net.connect(source, cells, 1, learning=rule, factors={"y1": error}, name="p", sign_mode="mixed"), "x1"
        )
        assert Emulator(net).run(500)["p.x1"][[8, 499], 0].tolist() == [20, 40]


def test_a_window_without_end():
    window = learning_window(pair_stdp(0.25, 0, tau_plus=np.inf), [0, 5, 500])
    assert window.tolist() == [4, 4, 4]


def test_a_time_constant_that_acts_as_an_infinite_one_is_told():
    with pytest.warns(LoihiInputWarning, match=r"x1 with tau=10000.0 never decays: .* 4095.5"):
        remembering(1e4)
    remembering(8000)
    remembering(1e4, "brian2_loihi", random=0.5)
