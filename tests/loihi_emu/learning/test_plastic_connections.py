"""What a network says to connections that cannot learn as asked; reading, probing, pickling those that can."""

import pickle
from dataclasses import replace

import numpy as np
from messages import UNHEEDED, complains

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace, UnsupportedError
from loihi_emu.learning import pair_stdp
from loihi_emu.rules import find, register, table
from loihi_emu.validation.oracle_learning import decay_factor

pytestmark = UNHEEDED


def parts(**options):
    net = Network(**options)
    return net, net.input("source", 4, rate=0.1), net.population("cells", 3, vth=1)


def test_connections_that_cannot_learn():
    net, source, cells = parts()
    weights = np.ones((3, 4), int)
    reward = net.input("reward", 2)
    rule = pair_stdp()

    def connect(**options):
        return lambda: net.connect(source, cells, weights, **({"learning": rule} | options))

    complains(connect(learning="x0"), ["learning", "LearningRule"])
    complains(connect(scaled=True), ["scaled", "mantissa"])
    complains(lambda: LearningRule(dw="x1*y0"), ["x1", "no trace x1"])
    complains(connect(learning=LearningRule(dw="y2*x0")), ["y2", "factors"])
    complains(connect(factors={"y3": reward}), ["third factor y3", '"reward" of 2 neurons', "1, or 3"])
    complains(connect(factors={"x1": reward}), ["x1", "y1"])
    complains(connect(factors={"y1": "nobody"}), ["nobody"])
    complains(connect(factors=[reward]), ["factors", "dict"])
    complains(connect(learning=None, factors={"y1": reward}), ["factors", "without a rule"])
    complains(connect(learning=LearningRule(dw="0.3*x0")), ["constant", "0.3", "0.25", "0.3125"])
    complains(connect(learning=LearningRule(dw="9*x0")), ["constant", "9", "8", "10"])
    complains(connect(learning=LearningRule(dw="x0*(w + 200)")), ["constant beside w", "200", "-128..127"])
    complains(connect(learning=LearningRule(dw="x0*" + "*".join(["w"] * 9))), ["factors", "9", "at most 8"])
    x1 = Trace(1, 1)
    complains(connect(learning=LearningRule(dw="x0*" + "*".join(["x1"] * 6), x1=x1)), ["product", "2^30"])
    complains(connect(learning=LearningRule(dw="x0", random=0.5)), ["random", "brian2_loihi"])
    assert net.connections == {}


def test_what_shared_weights_cannot_learn():
    def connect(rule, rules="chip"):
        net = Network(rules=rules)
        source, cells = net.input("source", (4, 4, 1)), net.population("cells", (2, 2, 1), vth=1)
        return net.connect(source, cells, Conv2D(np.ones((1, 3, 3, 1))), learning=rule)

    for rule in ({"dd": "x0"}, {"dw": "x0", "dt": "x0"}, {"dw": "x0*t"}, {"dw": "x0*d"}):
        texts = ["learning", "convolution", "dw alone", "sparse matrix"]
        complains(lambda rule=rule: connect(LearningRule(**rule)), texts)
    texts = ["no convolutions", "sparse matrix"]
    complains(lambda: connect(LearningRule(dw="x0"), "brian2_loihi"), texts, UnsupportedError)
    net = Network(rules="chip")
    source, cells = net.input("source", (4, 4, 1)), net.population("cells", (2, 2, 1), vth=1)
    made = net.connect(source, cells, Conv2D(np.ones((1, 3, 3, 1))), learning=LearningRule(dw="x0"), name="c")
    emulator = Emulator(net)
    complains(lambda: emulator.set(made, "dw", "x0*d"), ["convolution", "dw alone"])


def test_rule_sets_without_learning(monkeypatch):
    monkeypatch.setattr(table, "_known", dict(table._known))
    register(replace(find("chip"), name="fixed", text="The chip's rules, without learning.", learning=None))
    net, source, cells = parts(rules="fixed")
    rule, texts = pair_stdp(), ["fixed", "chip, lava, float"]
    complains(lambda: net.connect(source, cells, np.ones((3, 4), int), learning=rule), texts, UnsupportedError)


def test_rule_sets_that_learn_by_pes_alone():
    net, source, cells = parts(rules="nengo_loihi")
    complains(lambda: net.connect(source, cells, np.ones((3, 4), int), learning=pair_stdp()), ["PES"], UnsupportedError)


def test_what_the_peer_does_not_have():
    net, source, cells = parts(rules="brian2_loihi")
    weights = np.ones((3, 4), int)
    dd, delayed = LearningRule(dd="x0"), LearningRule(dw="x0")
    each = np.arange(12).reshape(3, 4)
    complains(lambda: net.connect(source, cells, weights, learning=dd), ["dw alone"], UnsupportedError)
    texts = ["one delay"]
    complains(lambda: net.connect(source, cells, weights, delays=each, learning=delayed), texts, UnsupportedError)
    complains(lambda: net.connect(source, cells, weights, learning=LearningRule(dw="x0", t_epoch=2)), ["t_epoch", "1"])
    half = LearningRule(dw="x0", x1=Trace(1.5, 3))
    complains(lambda: net.connect(source, cells, weights, learning=half), ["x1", "whole impulse"])


def test_epochs_that_contradict_each_other():
    net, source, cells = parts()
    net.connect(source, cells[:2], np.ones((2, 4), int), learning=pair_stdp(t_epoch=2), name="one")
    texts = ["t_epoch", "3", "2", '"one"']
    complains(lambda: net.connect(source, cells[1:], np.ones((2, 4), int), learning=pair_stdp(t_epoch=3)), texts)
    net.connect(source, cells[2:], np.ones((1, 4), int), learning=pair_stdp(t_epoch=3), name="two")
    net.connect(source, cells[:1], np.ones((1, 4), int), learning=pair_stdp(t_epoch=2), name="three")
    emulator = Emulator(net)
    emulator.set("one", "t_epoch", 5)
    assert [emulator.get(name, "t_epoch") for name in ("one", "two", "three")] == [5, 3, 5]
    emulator.run(20)


def test_what_can_be_probed():
    net, source, cells = parts()
    plain = net.connect(source, cells, np.ones((3, 4), int), name="plain")
    made = net.connect(source, cells, np.ones((3, 4), int), learning=pair_stdp(), name="stdp")
    complains(lambda: net.probe(plain, "weights"), ["plain", "does not learn"])
    complains(lambda: net.probe(made, "tags"), ["tags", "weights", "x1", "y1"])
    complains(lambda: net.probe(made, "weights", neurons=[1]), ["neurons", "all synapses"])
    net.probe("stdp", ["weights", "y1"], every=3)
    complains(lambda: net.probe(made, "weights"), ["second time"])
    recording = Emulator(net).run(10)
    assert recording["stdp.weights"].shape == (4, 3, 4) and recording["stdp.y1"].shape == (4, 3)
    assert recording.times("stdp.weights").tolist() == [0, 3, 6, 9]
    assert recording.neurons("stdp.y1").tolist() == [0, 1, 2] and len(recording.neurons("stdp.weights")) == 12
    other, *_ = parts()
    complains(lambda: other.probe(made, "weights"), ["another network"])


def test_recordings_of_weights_are_saved(tmp_path):
    from loihi_emu import Recording

    net, source, cells = parts()
    made = net.connect(source, cells, np.full((3, 4), 9), learning=pair_stdp(), name="stdp")
    net.probe(made, "weights")
    recording = Emulator(net).run(5)
    loaded = Recording.load(recording.save(tmp_path / "r"))
    assert loaded["stdp.weights"].tolist() == recording["stdp.weights"].tolist()


def test_networks_that_learn_can_be_pickled_and_described():
    net, source, cells = parts(seed=2)
    net.connect(source, cells, np.full((3, 4), 50), learning=pair_stdp(), name="stdp")
    assert "learns" in net.describe()
    again = pickle.loads(pickle.dumps(net))
    one, two = Emulator(net), Emulator(again)
    for emulator in (one, two):
        emulator.run(50)
    assert one.get("stdp", "weights").tolist() == two.get("stdp", "weights").tolist()
    assert one.memory()["stored synapses"] == 12 and one.memory()["synapses"] > 0


def test_weights_begin_without_their_low_bits():
    net, source, cells = parts()
    rule = LearningRule(dw="0*x0")
    for mode, given, expected in (("mixed", -3, -2), ("excitatory", 7, 4), ("inhibitory", -7, -4)):
        bits = 8 if mode == "mixed" else 6
        net.connect(source, cells, np.full((3, 4), given), learning=rule, name=mode, sign_mode=mode, weight_bits=bits)
        emulator = Emulator(net)
        assert (emulator.get(mode, "weights") == expected).all()
        assert emulator.run(1).stats["weights"][mode]["truncated"] == 12


def test_the_mean_of_a_million_rounded_values():
    """dw = 2^-7 * 45 of every synapse in every step: the mean over 1e6 draws is 45/128 within 5 standard errors."""
    net = Network(seed=12)
    source, cells = net.input("source", 1000), net.population("cells", 1000, vth=1)
    rule = LearningRule(dw="5*2^-4*u0 + 5*2^-7*u0")
    net.connect(
        source, cells, np.full((1000, 1000), 100), learning=rule, name="w", kind="dense", sign_mode="excitatory"
    )
    emulator = Emulator(net)
    emulator.run(1)
    first = emulator.get("w", "weights") - 100
    error = np.sqrt(45 / 128 * 83 / 128 / 1e6)
    assert set(np.unique(first)) == {0, 1}
    assert abs(first.mean() - 45 / 128) < 5 * error
    emulator.run(1)
    second = emulator.get("w", "weights") - 100 - first
    assert abs(second.mean() - 45 / 128) < 5 * error
    both = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    beside = np.corrcoef(first[:, :-1].ravel(), first[:, 1:].ravel())[0, 1]
    below = np.corrcoef(first[:-1].ravel(), first[1:].ravel())[0, 1]
    assert max(abs(both), abs(beside), abs(below)) < 0.1


def test_the_mean_of_a_million_decayed_traces():
    net = Network(seed=5)
    source, cells = net.input("source", 1_000_000, spikes=(np.zeros(1_000_000, int), np.arange(1_000_000))), None
    cells = net.population("cells", 1, vth=1)
    rule = LearningRule(dw="0*x0*x1", x1=Trace(99.25, 10))
    pre = np.arange(0)
    net.connect(source, cells, (pre, pre, np.zeros(0, int)), learning=rule, name="w")
    emulator = Emulator(net)
    emulator.run(1)
    started = emulator.get("w", "x1")
    assert set(np.unique(started)) == {99, 100}
    assert abs(started.mean() - 99.25) < 5 * np.sqrt(0.25 * 0.75 / 1e6)
    emulator.run(1)
    faded = emulator.get("w", "x1")
    expected = started * decay_factor(10) / 4096
    assert np.abs(faded - expected).max() < 1
    spread = np.sqrt(np.mean((expected % 1) * (1 - expected % 1)) / 1e6)
    assert abs((faded - expected).mean()) < 5 * spread


def test_learning_costs_nothing_where_nothing_learns():
    """Two steps' schedules differ by exactly the leaf that learns; without one, spikes are not kept as state."""
    schedules = []
    for rule in (None, pair_stdp()):
        net, source, cells = parts()
        net.connect(source, cells, np.full((3, 4), 9), learning=rule, kind="dense")
        image = Emulator(net).image
        schedules.append([leaf.name for leaf, _ in image.program.calls])
        assert any("spike" in name for name in image.arena.names) == (rule is not None)
    assert schedules == [
        ["inputs.poisson", "dense.step", "lif_chip.step"],
        ["inputs.poisson", "plastic.step", "traces.step", "learning.step", "lif_chip.step"],
    ]
