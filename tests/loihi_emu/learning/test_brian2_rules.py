"""Learning under rules="brian2_loihi" as that peer has it, in runs as long as anybody wants."""

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.validation.oracle import Oracle

pytestmark = UNHEEDED

STEPS = 20_000


def peers_epochs(k, steps):
    """Where that peer's u_k is 1: its time is a float in seconds, divided by a float of a millisecond."""
    return [k == 0 or float(np.float64(t) * 0.001 / 0.001 % 2**k) == 0 for t in range(steps)]


def gated(k, delay=0):
    """A network whose weight is 50 after a step in which u_k is 1, else 0."""
    net = Network(rules="brian2_loihi")
    pre, post = net.input("pre", 1, spikes=([3, 50], [0, 0])), net.population("post", 1, vth=250)
    rule = LearningRule(dw=f"50*u{k} - w*u0", x1=Trace(1, 5), random=0.5)
    made = net.connect(pre, post, ([0], [0], [100]), learning=rule, sign_mode="excitatory", name="s", delays=delay)
    net.probe(made, ["weights"])
    return net


@pytest.mark.parametrize("k", range(10))
def test_epochs_follow_the_peers_float_time(k):
    weights = Emulator(gated(k)).run(STEPS)["s.weights"].ravel()
    assert (weights == 50).tolist() == peers_epochs(k, STEPS)


def test_where_the_peers_epochs_begin_to_miss():
    """Read off brian2-loihi 0.5.2 itself."""
    for k, first in (
        (1, [2002, 2006, 2010, 2014]),
        (2, [4004, 4012, 4020]),
        (3, [8008, 8024, 8040]),
        (4, [16016, 16048]),
    ):
        weights = Emulator(gated(k)).run(STEPS)["s.weights"].ravel()
        missed = [t for t in range(0, STEPS, 2**k) if weights[t] != 50]
        assert missed[: len(first)] == first


def test_what_the_peer_recorded_around_step_2000():
    net = Network(rules="brian2_loihi")
    pre, post = net.input("pre", 1, spikes=([3, 50], [0, 0])), net.population("post", 1, du=4096, dv=0, vth=250)
    rule = LearningRule(dw="u2*2-u1*1", x1=Trace(1, 5), random=0.5)
    net.probe(net.connect(pre, post, ([0], [0], [100]), learning=rule, sign_mode="excitatory", name="s"), ["weights"])
    rows = Emulator(net).run(4200)["s.weights"].ravel()
    assert rows[1998:2008].tolist() == [100, 100, 101, 101, 101, 101, 102, 102, 102, 102]


def test_what_the_peer_recorded_where_its_rounding_flags_have_the_other_sign():
    """Flags leave out products with 2^-k: here they see -4 or -1 where the change is positive, and step down."""
    net = Network(rules="brian2_loihi")
    pre, post = net.input("pre", 1, spikes=([1, 2], [0, 0])), net.population("post", 1, du=4096, dv=0, vth=100_000)
    rule = LearningRule(dw="2^-3*x1*u1 - 4*u2 + 3*u3", x1=Trace(60, 50), random=0.1)
    made = net.connect(pre, post, ([0], [0], [100]), weight_bits=7, sign_mode="mixed", learning=rule, name="s")
    net.probe(made, ["weights"])
    rows = Emulator(net).run(24)["s.weights"].ravel()
    recorded = [96, 108, 116, 128, 136, 148, 156, 168, 172, 184, 188, 196]
    assert rows.tolist() == np.repeat(recorded, 2).tolist()


@pytest.mark.parametrize("delay", [0, 7])
def test_late_epochs_are_the_same_in_pieces_and_after_a_restore(tmp_path, delay):
    whole = Emulator(gated(1, delay)).run(5000)["s.weights"].ravel()
    pieces = Emulator(gated(1, delay))
    for steps in (1999, 3, 1, 2001):
        pieces.run(steps)
    pieces.save(tmp_path / "at.npz")
    pieces.run(996)
    assert pieces.recording["s.weights"].ravel().tolist() == whole.tolist()
    again = Emulator(gated(1, delay))
    again.restore(tmp_path / "at.npz")
    assert again.run(996)["s.weights"].ravel().tolist() == whole[4004:].tolist()


@pytest.mark.slow
def test_late_epochs_agree_with_the_oracle():
    net = Network(rules="brian2_loihi", seed=3)
    rng = np.random.default_rng(1)
    source, cells = net.input("source", 2, rate=0.1), net.population("cells", 1, vth=150, dv=400)
    rule = LearningRule(
        dw="2^-2*u1*x1*y0 - u2*x0*y1 + 3*u3 - u1*2", x1=Trace(60, 7), y1=Trace(5, 90), random=0.25
    )  # fmt: skip
    weights = rng.integers(50, 255, (1, 2))
    net.probe(net.connect(source, cells, weights, name="learns", learning=rule, kind="dense"), ["weights", "x1", "y1"])
    emulator, oracle = Emulator(net), Oracle(net)
    recording = emulator.run(4500)
    oracle.run(4500)
    for variable, kept in oracle.learned["learns"].items():
        rows = np.asarray(recording[f"learns.{'weights' if variable == 'w' else variable}"])
        assert rows.swapaxes(1, 2).reshape(4500, -1).tolist() == kept, variable


@pytest.mark.parametrize(
    ("text", "traces", "expected"),
    [
        ("2*x0", {}, [100] * 12),
        ("2*y0", {}, [100] * 12),
        ("2*y0", {"x1": Trace(3, 4)}, [100] * 12),
        ("2*x0", {"y3": Trace(3, 4)}, [100] * 12),
        ("2*x0", {"x1": Trace(0, 4)}, [100] * 12),
        ("2*x0", {"x1": Trace(3, 4)}, [100, 100, 102, 102, 102, 104, 106, 106, 106, 106, 106, 106]),
        ("2*y0", {"y1": Trace(3, 4)}, [100, 100, 100, 100, 102, 102, 102, 102, 104, 104, 104, 104]),
        ("u0*x0*y0 + x0*3", {"y3": Trace(3, 4)}, [100] * 12),
    ],
)
def test_spikes_count_where_a_trace_of_their_side_is_given(text, traces, expected):
    """Weights as brian2-loihi 0.5.2 recorded them: it sets x0 and y0 beside the impulses of traces only."""
    net = Network(rules="brian2_loihi")
    pre, drive = net.input("pre", 1, spikes=([2, 5, 6], [0] * 3)), net.input("drive", 1, spikes=([3, 7], [0, 0]))
    post = net.population("post", 1, vth=10)
    net.connect(drive, post, [[250]])
    rule = LearningRule(dw=text, random=0.37, **traces)
    for kind in ("dense", "sparse"):
        net.connect(pre, post, [[100]], learning=rule, weight_exp=-8, name=kind, kind=kind, sign_mode="excitatory")
        net.probe(kind, "weights")
    recording, oracle = Emulator(net).run(12), Oracle(net)
    oracle.run(12)
    assert recording["dense.weights"].ravel().tolist() == expected
    assert recording["sparse.weights"].ravel().tolist() == expected
    assert [row[0] for row in oracle.learned["dense"]["w"]] == expected


def test_a_trace_without_decay_stays():
    net = Network(rules="brian2_loihi")
    source, cells = net.input("source", 1, spikes=([1, 5], [0, 0])), net.population("cells", 1, vth=9)
    rule = LearningRule(dw="x1*x0", x1=Trace(16, np.inf), random=0.5)
    net.probe(net.connect(source, cells, [[1]], learning=rule, name="s", weight_exp=-8), "x1")
    assert Emulator(net).run(3000)["s.x1"].ravel()[[0, 1, 4, 5, 2999]].tolist() == [0, 16, 16, 32, 32]
