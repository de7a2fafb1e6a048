"""Learning however a run is cut: pieces, checkpoints in the middle of an epoch, resets, learning off and on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from plastic_networks import in_memory_order, networks, rows_of, variables

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.validation.oracle import Oracle

pytestmark = UNHEEDED

STDP = {"dw": "2^-2*x1*y0 - 2^-2*y1*x0", "x1": Trace(16, 10), "y1": Trace(16, 10)}


@given(networks(), st.lists(st.integers(0, 9), min_size=1, max_size=5))
def test_pieces_make_the_whole(net, pieces):
    whole, cut = Emulator(net), Emulator(net)
    expected = whole.run(sum(pieces))
    assert rows_of([cut.run(n) for n in pieces], net) == rows_of([expected], net)
    assert rows_of([cut.recording], net) == rows_of([expected], net)


@given(networks(), st.integers(0, 13), st.integers(0, 4))
def test_checkpoints_and_resets(tmp_path_factory, net, before, after):
    emulator = Emulator(net)
    first = emulator.run(before)
    path = emulator.save(tmp_path_factory.mktemp("plastic") / "state")
    expected = rows_of([emulator.run(15)], net)
    fresh = Emulator(net)
    fresh.run(after)
    fresh.restore(path)
    assert rows_of([fresh.run(15)], net) == expected
    for one in (emulator, fresh):
        one.reset()
        assert rows_of([one.run(before)], net) == rows_of([first], net)


def network(*, seed=4, **options):
    net = Network("stdp", seed=seed)
    source, drive = net.input("source", 6, rate=0.2), net.input("drive", 4, rate=0.2)
    cells = net.population("cells", 4, vth=100, dv=4096)
    net.connect(drive, cells, np.diag([255] * 4))
    weights = np.full((4, 6), 100)
    given = {"learning": LearningRule(**STDP), "sign_mode": "excitatory", "kind": "dense", "name": "c"} | options
    connection = net.connect(source, cells, weights, **given)
    net.probe(connection, variables(connection))
    return net


def test_learning_off_and_on_again():
    emulator = Emulator(network())
    emulator.run(20)
    emulator.set("c", "learning", False)
    assert emulator.get("c", "learning") is False
    before = emulator.get("c", "weights")
    traces = emulator.run(30)["c.x1"]
    assert (emulator.get("c", "weights") == before).all() and len(np.unique(traces)) > 3
    emulator.set("c", "learning", True)
    emulator.run(30)
    assert (emulator.get("c", "weights") != before).any()


def test_learned_weights_can_be_kept_over_resets(tmp_path):
    emulator = Emulator(network())
    emulator.run(50)
    learned = emulator.get("c", "weights")
    assert (learned != 100).any()
    emulator.reset()
    assert (emulator.get("c", "weights") == 100).all()
    emulator.set("c", "weights", learned)
    emulator.run(7)
    path = emulator.save(tmp_path / "kept.npz")
    emulator.reset()
    assert (emulator.get("c", "weights") == learned).all()
    fresh = Emulator(network())
    fresh.restore(path)
    fresh.reset()
    assert (fresh.get("c", "weights") == learned).all()


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_what_is_set_is_as_what_is_given(kind):
    """A network whose rule and weights are set equals one that was made with them."""
    rng = np.random.default_rng(2)
    rule = LearningRule(dw="2^-3*x1*y0 - y2*x0", x1=Trace(30, 5), y1=Trace(4, 4), y2=Trace(2, 9), t_epoch=3)
    weights = rng.integers(0, 255, (4, 6))
    emulator = Emulator(network(kind=kind, learning=LearningRule(**STDP, y2=Trace(2, 9), t_epoch=3)))
    for name, value in (("dw", rule.dw), ("tau_x1", 5), ("impulse_x1", 30), ("impulse_y1", 4), ("tau_y1", 4)):
        emulator.set("c", name, value)
        assert emulator.get("c", name) == value
    assert emulator.get("c", "rule") == rule
    emulator.set("c", "weights", weights)
    assert (emulator.get("c", "weights").reshape(-1, order="A" if kind == "dense" else "C").size) == 24
    net = network(kind=kind, learning=rule)
    changed = Emulator(net)
    changed.set("c", "weights", weights)
    oracle_net = net.copy()
    oracle_net.replace(changed.network.connections["c"])
    oracle = Oracle(oracle_net)
    oracle.run(40)
    one, two = emulator.run(40), changed.run(40)
    for variable in ("weights", "x1", "y1", "y2"):
        assert one[f"c.{variable}"].tolist() == two[f"c.{variable}"].tolist()
    rows = in_memory_order(net.connections["c"], one["c.weights"])
    assert rows.tolist() == oracle.learned["c"]["w"]


def test_a_rule_set_in_the_middle_survives_a_checkpoint(tmp_path):
    emulator = Emulator(network())
    emulator.run(10)
    emulator.set("c", "t_epoch", 4)
    emulator.set("c", "dw", "x1*y0")
    emulator.run(9)
    path = emulator.save(tmp_path / "rule.npz")
    fresh = Emulator(network())
    fresh.restore(path)
    assert (fresh.get("c", "t_epoch"), fresh.get("c", "dw")) == (4, "x1*y0")
    assert fresh.run(20)["c.weights"].tolist() == emulator.run(20)["c.weights"].tolist()


def test_delays_tags_and_traces_can_be_set():
    rule = LearningRule(dd="x0*2", dt="y0*y1", **STDP)
    emulator = Emulator(network(learning=rule))
    emulator.set("c", "delays", 7)
    emulator.set("c", "tags", np.arange(24).reshape(4, 6) - 12)
    emulator.set("c", "x1", 99)
    assert (emulator.get("c", "delays") == 7).all() and emulator.get("c", "x1").tolist() == [99] * 6
    assert emulator.get("c", "tags").tolist() == (np.arange(24).reshape(4, 6) - 12).tolist()
    emulator.run(10)
    assert emulator.get("c", "delays").max() > 7
    emulator.reset()
    assert (emulator.get("c", "delays") == 7).all()
    assert emulator.get("c", "tags")[3, 5] == 11
    plain = Emulator(network())
    complains(lambda: plain.set("c", "delays", 3), ["delays", "make another network"])
    complains(lambda: emulator.set("c", "delays", 63), ["delays", "63", "0..62"])
    complains(lambda: emulator.set("c", "tags", [1, 2]), ["tags", "(2,)"])
    complains(lambda: emulator.set("c", "x1", 128), ["x1", "128"])
    complains(lambda: emulator.set("c", "learning", 2), ["learning", "2"])
    complains(lambda: emulator.set("c", "tau_x2", 2), ["tau_x2"])
    complains(lambda: emulator.set("c", "dd", None), ["dd"])


def test_seeds_reproduce_and_differ():
    runs = []
    for seed in (1, 1, 2):
        runs.append(Emulator(network(seed=seed)).run(60)["c.weights"].tolist())
    assert runs[0] == runs[1] != runs[2]


def test_samples_start_from_the_same_weights_and_draw_other_numbers():
    net = network()
    rates = {"source": [np.full(6, 0.3)] * 2, "drive": [np.full(4, 0.3)] * 2}
    emulator = Emulator(net)
    recording = emulator.run_samples(30, rates)
    first, second = recording.sample(0)["c.weights"], recording.sample(1)["c.weights"]
    assert abs(first[0].astype(int) - 100).max() < 20 and abs(second[0].astype(int) - 100).max() < 20
    assert first.tolist() != second.tolist()
    assert (emulator.get("c", "weights") == 100).all()
