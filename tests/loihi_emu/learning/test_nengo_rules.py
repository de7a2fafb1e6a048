"""PES under rules="nengo_loihi": what may be asked of it, and that runs can be cut, set and switched off."""

import numpy as np
import pytest

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace, UnsupportedError, ValidationError
from loihi_emu.learning import pair_stdp, pes


def made(rule=None, factors=True, kind="dense", **options):
    net = Network("nengo", rules="nengo_loihi", seed=3)
    source = net.input("source", 5, rate=0.3)
    error = net.input("error", 4, spikes=np.tile([[20, -30, 40, -50]], (60, 1)))
    cells = net.population("cells", 4, vth=50000, vth_exp=0, du=2000, dv=100)
    weights = np.arange(20).reshape(4, 5) * 4 - 30
    driven = {"y1": error} if factors else None
    rule = pes(0.0625) if rule is None else rule
    net.connect(
        source, cells, weights, learning=rule, factors=driven, name="pl", sign_mode="mixed", kind=kind, **options
    )
    net.probe(net.connections["pl"], ["weights", "x1", "y1"])
    return net


def test_errors_move_weights_against_their_sign():
    recording = Emulator(made()).run(60)
    moved = recording["pl.weights"][-1].reshape(4, 5)
    start = np.arange(20).reshape(4, 5) * 4 - 30
    assert np.all((moved - start).sum(axis=1) * np.array([1, -1, 1, -1]) < 0)
    assert recording["pl.y1"][-1].tolist() == [20, -30, 40, -50]


def test_weights_change_in_every_fourth_step_and_traces_in_every_second():
    recording = Emulator(made()).run(60)
    weights, trace = (np.asarray(recording[f"pl.{name}"]).reshape(60, -1) for name in ("weights", "x1"))
    assert set((np.nonzero(np.any(np.diff(weights, axis=0), axis=1))[0] + 1) % 4) == {3}
    assert set((np.nonzero(np.any(np.diff(trace, axis=0), axis=1))[0] + 1) % 2) == {1}


def test_dense_and_sparse_learn_the_same():
    dense, sparse = (Emulator(made(kind=kind)).run(60) for kind in ("dense", "sparse"))
    assert np.array_equal(dense["pl.x1"], sparse["pl.x1"])
    assert sorted(dense["pl.weights"][-1].ravel()) == sorted(sparse["pl.weights"][-1].ravel())


def test_cut_runs_equal_whole_ones():
    whole, cut = Emulator(made()), Emulator(made())
    whole.run(60)
    for steps in (1, 2, 7, 50):
        cut.run(steps)
    assert np.array_equal(whole.get("pl", "weights"), cut.get("pl", "weights"))
    assert np.array_equal(whole.get("pl", "x1"), cut.get("pl", "x1"))


def test_learning_can_be_switched_off_and_weights_set():
    emulator = Emulator(made())
    emulator.set("pl", "learning", False)
    before = emulator.get("pl", "weights")
    emulator.run(20)
    assert np.array_equal(emulator.get("pl", "weights"), before)
    emulator.set("pl", "weights", np.full((4, 5), 8))
    emulator.set("pl", "learning", True)
    assert np.all(emulator.get("pl", "weights") == 8)
    emulator.run(20)
    assert np.any(emulator.get("pl", "weights") != 8)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"rule": pair_stdp()}, UnsupportedError, "PES alone"),
        ({"factors": False}, ValidationError, "no trace y1"),
        ({"delays": 1}, UnsupportedError, "without delays"),
        ({"graded": True}, UnsupportedError, "PES alone"),
        ({"rule": LearningRule(dw="-2^-7*u1*x1*y1", x1=Trace(20, 10))}, ValidationError, "t_epoch"),
        ({"rule": LearningRule(dw="-9*u1*x1*y1", x1=Trace(20, 10), t_epoch=2)}, ValidationError, "constant"),
        ({"weight_exp": -7}, ValidationError, "weight_exp"),
    ],
)
def test_what_the_peer_does_not_have_is_refused(options, error, text):
    with pytest.raises(error, match=text):
        made(**options)


def test_convolutions_do_not_learn():
    net = Network(rules="nengo_loihi")
    source, error = net.input("source", (5, 5, 1)), net.input("error", 9)
    cells = net.population("cells", (3, 3, 1), vth=100)
    with pytest.raises(UnsupportedError, match="no convolutions"):
        net.connect(source, cells, Conv2D(np.ones((1, 3, 3, 1), int)), learning=pes(), factors={"y1": error})


def test_what_has_no_effect_or_no_meaning_is_refused():
    net = Network(rules="nengo_loihi")
    a, b = net.input("a", 2, rate=0.5), net.population("b", 2, vth=50)
    error = net.input("error", 2, spikes=([1], [0]), payloads=[3])
    with pytest.raises(ValidationError, match=r"weight_bits: got 5, allowed is 8\. scaled=True"):
        net.connect(a, b, [[1, 2], [3, 4]], scaled=True, weight_bits=5)
    with pytest.raises(ValidationError, match="allowed is a tau above 0"):
        net.connect(a, b, [[1, 2], [3, 4]], learning=pes(tau=0), factors={"y1": error})
