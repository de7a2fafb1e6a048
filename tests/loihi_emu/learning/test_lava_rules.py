"""Learning under the rules "lava" and "float": what may be asked of it; runs that are cut, saved, set and switched."""

import numpy as np
import plastic_lava_networks
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from plastic_networks import rows_of, variables

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace, UnsupportedError
from loihi_emu.learning import homeostatic, pair_stdp, pes, reward_stdp, signed_reward_stdp, triplet_stdp

pytestmark = UNHEEDED

RULES = ["lava", "float"]
LIF = {"lava": {"du": 4095, "dv": 4095, "vth": 60}, "float": {"du": 1.0, "dv": 1.0, "vth": 60.0}}
TAGGED = LearningRule(
    dw="2^-4*u1*t", dt="2^-1*x1*y0 - 2^-2*y1*x0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=3
)  # fmt: skip


def parts(rules):
    net = Network("learns", rules=rules, seed=4)
    source, drive = net.input("source", 6, rate=0.2), net.input("drive", 4, rate=0.2)
    cells = net.population("cells", 4, **LIF[rules])
    net.connect(drive, cells, np.diag([255] * 4))
    return net, source, cells


def network(rules, **options):
    net, source, cells = parts(rules)
    given = {"learning": TAGGED, "sign_mode": "excitatory", "kind": "dense", "name": "c"} | options
    connection = net.connect(source, cells, np.full((4, 6), 100), **given)
    net.probe(connection, variables(connection))
    return net


# ------------------------------------------------------------ runs
@pytest.mark.parametrize("rules", RULES)
@given(data=st.data(), pieces=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_pieces_make_the_whole(rules, data, pieces):
    net = data.draw(plastic_lava_networks.networks(rules))
    whole, cut = Emulator(net), Emulator(net)
    expected = rows_of([whole.run(sum(pieces))], net)
    assert rows_of([cut.run(n) for n in pieces], net) == expected
    cut.reset()
    assert rows_of([cut.run(sum(pieces))], net) == expected


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("before", [0, 1, 2, 3, 7])
def test_checkpoints_in_the_middle_of_an_epoch(rules, before, tmp_path):
    net = network(rules)
    emulator, fresh = Emulator(net), Emulator(net)
    emulator.run(before)
    path = emulator.save(tmp_path / "state")
    expected = rows_of([emulator.run(15)], net)
    fresh.run(5)
    fresh.restore(path)
    assert rows_of([fresh.run(15)], net) == expected


@pytest.mark.parametrize("rules", RULES)
def test_values_that_neurons_sent_are_part_of_a_checkpoint(rules, tmp_path):
    net, source, cells = parts(rules)
    error = net.input("error", 1, spikes=([2, 9], [0, 0]), payloads=[40, -15])
    critic = net.population("critic", 1, model="sigma")
    net.connect(error, critic, [[1]], graded=True)
    rule = LearningRule(dw="2^-5*u0*x1*y2", x1=Trace(16, 10))
    made = net.connect(source, cells, np.full((4, 6), 50), learning=rule, factors={"y2": critic}, sign_mode="mixed")
    net.probe(made, ["weights", "y2"])
    emulator, fresh = Emulator(net), Emulator(net)
    emulator.run(6)
    path = emulator.save(tmp_path / "state")
    after = emulator.run(10)
    fresh.run(12)
    fresh.restore(path)
    assert rows_of([fresh.run(10)], net) == rows_of([after], net)
    assert after[f"{made.name}.y2"].ravel().tolist() == [40] * 4 * 4 + [25] * 4 * 6


@pytest.mark.parametrize("rules", RULES)
def test_every_sample_learns_as_the_first(rules):
    net = Network("samples", rules=rules, seed=4)
    listed, cells = net.input("listed", 6, spikes=([], [])), net.population("cells", 4, **LIF[rules])
    net.connect(listed, cells, np.eye(4, 6, dtype=int) * 255)
    made = net.connect(listed, cells, np.full((4, 6), 70), learning=TAGGED, name="c", sign_mode="excitatory")
    net.probe(made, "weights")
    events = np.random.default_rng(1).integers(0, 2, (1, 30, 6))
    recording = Emulator(net).run_samples(30, {"listed": np.concatenate([events, events, events[:, ::-1]])})
    one, two, other = (recording.sample(k)["c.weights"].tolist() for k in range(3))
    emulator = Emulator(net)
    emulator.set_input("listed", spikes=events[0])
    assert emulator.run(30)["c.weights"].tolist() == one
    assert two == one != other


# ------------------------------------------------------------ reading and setting
@pytest.mark.parametrize("rules", RULES)
def test_learning_off_and_on_again(rules):
    emulator = Emulator(network(rules, learning=pair_stdp()))
    emulator.run(20)
    emulator.set("c", "learning", False)
    before = emulator.get("c", "weights")
    traces = emulator.run(30)["c.x1"]
    assert (emulator.get("c", "weights") == before).all() and len(np.unique(traces)) > 3
    emulator.set("c", "learning", True)
    emulator.run(30)
    assert (emulator.get("c", "weights") != before).any()


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_weights_tags_and_traces_can_be_set(rules, kind, tmp_path):
    net = network(rules, kind=kind)
    emulator = Emulator(net)
    shape = net.connections["c"].values.shape
    tags = np.arange(24).reshape(shape) - 12
    if rules == "float":
        tags = tags + 0.25
        emulator.set("c", "x1", 0.5)
        assert emulator.get("c", "x1").tolist() == [0.5] * 6
    emulator.set("c", "tags", tags)
    emulator.set("c", "weights", 2 * tags + 30)
    emulator.set("c", "y1", 99)
    assert emulator.get("c", "tags").tolist() == tags.tolist()
    assert emulator.get("c", "y1").tolist() == [99] * 4
    emulator.run(4)
    path = emulator.save(tmp_path / "set")
    for one in (emulator, Emulator(net)):
        one.restore(path)
        one.reset()
        assert one.get("c", "tags").tolist() == tags.tolist()
        assert one.get("c", "weights").tolist() == (2 * tags + 30).tolist()
    written = emulator.network.save(tmp_path / "net")
    again = Emulator(Network.load(written))
    assert again.get("c", "tags").tolist() == tags.tolist()
    assert again.run(20)["c.weights"].tolist() == emulator.run(20)["c.weights"].tolist()


def test_what_cannot_be_set():
    exact, floats = Emulator(network("lava")), Emulator(network("float"))
    complains(lambda: exact.set("c", "tags", 256), ["tags", "256", "-256..255"])
    complains(lambda: exact.set("c", "x1", 128), ["x1", "128"])
    complains(lambda: exact.set("c", "x1", 0.5), ["x1", "0.5"])
    complains(lambda: floats.set("c", "x1", np.nan), ["x1", "nan"])
    complains(lambda: floats.set("c", "weights", np.full((4, 6), -1.0)), ["weights", "excitatory", "mixed"])
    for emulator in (exact, floats):
        complains(lambda: emulator.set("c", "delays", 3), ["delays", "make another network"])  # noqa: B023


@pytest.mark.parametrize("rules", RULES)
def test_rules_can_be_exchanged_while_an_epoch_runs(rules):
    net, source, cells = parts(rules)
    first = net.connect(source, cells, np.full((4, 6), 50), learning=TAGGED, name="c", sign_mode="mixed")
    other = net.connect(source, cells, np.full((4, 6), 50), learning=pair_stdp(t_epoch=5), name="d")
    net.probe(first, "weights")
    net.probe(other, "weights")
    emulator = Emulator(net)
    emulator.run(8)
    emulator.set("c", "t_epoch", 2)
    emulator.set("c", "dw", "2^-3*x0*y1 - u2*t")
    emulator.set("c", "tau_x1", 3)
    assert emulator.get("d", "t_epoch") == 5  # connections onto the same neurons have epochs of their own
    rows = np.asarray(emulator.run(20)["c.weights"]).reshape(20, -1)
    moved = set((8 + 1 + np.nonzero(np.any(np.diff(rows, axis=0), axis=1))[0]) % 2)
    assert moved == {0}


def test_epochs_end_in_multiples_of_their_length():
    net = Network(rules="lava")
    source, cells = net.input("source", 1, spikes=([0], [0])), net.population("cells", 1, vth=10000)
    made = net.connect(source, cells, [[10]], learning=LearningRule(dw="x0*8 + u0*1", t_epoch=4), name="c")
    net.probe(made, "weights")
    weights = Emulator(net).run(10)["c.weights"].ravel().tolist()
    assert weights == [18] * 4 + [19] * 4 + [20] * 2  # step 0 ends an epoch of its own, in which u is 0


# ------------------------------------------------------------ what there is, and what there is not
@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(
    "rule", [pair_stdp(t_epoch=2), triplet_stdp(), homeostatic(pair_stdp(), target=40), pes(), signed_reward_stdp()]
)
def test_ready_rules(rules, rule):
    net, source, cells = parts(rules)
    values = np.random.default_rng(0).integers(0, 90, (60, 4))
    factors = {name: net.input(name, 4, spikes=values) for name in rule.needs}
    net.connect(source, cells, np.full((4, 6), 70), learning=rule, factors=factors or None, name="c")
    emulator = Emulator(net)
    emulator.run(60)
    assert (emulator.get("c", "weights") != 70).any()


@pytest.mark.parametrize("rules", RULES)
def test_third_factors_are_values(rules):
    net, source, cells = parts(rules)
    reward = net.input("reward", 1, rate=0.1)
    weights = np.full((4, 6), 10)
    complains(
        lambda: net.connect(source, cells, weights, learning=reward_stdp(), factors={"y3": reward}),
        ["third factor y3", "signed_reward_stdp"],
    )
    with pytest.warns(UserWarning, match="is 1 in steps with an event. Values are payloads of an input.$"):
        net.connect(source, cells, weights, learning=signed_reward_stdp(), factors={"y3": reward})


def test_punishments_are_cut_at_neurons_that_spike():
    net, source, cells = parts("lava")
    reward = net.input("reward", 1, spikes=([3, 4], [0, 0]), payloads=[5, -5])
    with pytest.warns(UserWarning, match=r'1 of 2 values of "reward" are cut to 0..127 at neurons that spike'):
        net.connect(source, cells, np.full((4, 6), 10), learning=signed_reward_stdp(), factors={"y3": reward})


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        (LearningRule(dd="x0"), ["dd", "second tag"]),
        (LearningRule(dw="x0*d"), ["dw", "second tag"]),
        (LearningRule(dw="x0*u1"), ["u1 behind x0", "u1 first"]),
        (LearningRule(dw="u1*w", dt="u2*t"), ["u1 and u2", "one k"]),
        (LearningRule(dw="9*x0"), ["constant", "9", "8 and 10"]),
        (LearningRule(dw="x0*sgn(x1)", x1=Trace(1, 1)), ["sgn of x1"]),
        (LearningRule(dw="x0*w*w*w*w*w"), ["49 bits", "46"]),
        (LearningRule(dw="x0", random=0.5), ["random"]),
    ],
)  # fmt: skip
def test_what_lavas_rules_do_not_have(rule, texts):
    net, source, cells = parts("lava")
    complains(lambda: net.connect(source, cells, np.full((4, 6), 10), learning=rule), texts)


def test_float_rules_take_any_constant():
    net, source, cells = parts("float")
    net.connect(source, cells, np.full((4, 6), 10), learning=LearningRule(dw="9*x0*sgn(y1 - 3)", y1=Trace(5, 5)))
    complains(
        lambda: net.connect(source, cells, np.full((4, 6), -1.0), sign_mode="excitatory", learning=pair_stdp()),
        ["weights (excitatory)", "-1.0", "0 or more"],
    )


@pytest.mark.parametrize("rules", RULES)
def test_delays_and_convolutions_are_refused(rules):
    net, source, cells = parts(rules)
    complains(
        lambda: net.connect(source, cells, np.full((4, 6), 10), learning=pair_stdp(), delays=2), ["delays", "chip"]
    )
    image, other = net.input("image", (5, 5, 1)), net.population("other", (3, 3, 1), **LIF[rules])
    with pytest.raises(UnsupportedError, match="convolutions do not learn"):
        net.connect(image, other, Conv2D(np.ones((1, 3, 3, 1), int)), learning=pair_stdp())


def test_a_network_that_learns_can_be_placed():
    placement = network("lava").place()
    assert placement.cores == 1


def test_any_constant_in_float64_alone():
    def weight(rules, text):
        net = Network(rules=rules)
        source, cells = net.input("source", 1, spikes=([2], [0])), net.population("cells", 1, vth=100)
        net.connect(source, cells, np.ones((1, 1), int), learning=LearningRule(dw=text), name="c")
        emulator = Emulator(net)
        emulator.run(4)
        return emulator.get("c", "weights").item()

    assert weight("float", "0.3*x0") == 1.3
    for rules in ("chip", "lava"):
        complains(lambda: weight(rules, "0.3*x0"), ["constant", "got 0.3", "0.25 and 0.3125"])  # noqa: B023
