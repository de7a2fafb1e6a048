"""What makes the memory of an emulator anew forgets nothing: a run goes on as if nothing had been done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from plastic_networks import networks
from recipes import assert_same
from strategies import recipes

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Noise, Trace
from loihi_emu.learning import pes
from loihi_emu.network.payloads import with_zeros

pytestmark = UNHEEDED

LATE = 1 << 40


def same_weights(emulator, path):
    """Weights that do not learn are set to what they are."""
    for name, c in emulator.network.connections.items():
        if c.learning is None:
            emulator.set(name, "weights", emulator.get(name, "weights"))


def same_rules(emulator, path):
    """Rules are set to what they are; and one trace's constant."""
    for name, c in emulator.network.connections.items():
        if c.learning is not None:
            emulator.set(name, "rule", emulator.get(name, "rule"))


def same_delays(emulator, path):
    """Delays are set to what they are, then a rebuild."""
    for name, c in emulator.network.connections.items():
        if c.learning is not None and getattr(emulator.image.learners[name], "has_delays", False):
            emulator.image.arena.restart(f"learn.{name}.delays", emulator.image.arena[f"learn.{name}.delays"].copy())
    emulator._rebuild([])


def same_inputs(emulator, path):
    """Inputs are given what they have."""
    for name, node in emulator.network.inputs.items():
        if node.rate is not None:
            emulator.set_input(name, rate=node.rate)
        elif len(node.times) and node.times[-1] >= emulator.step:
            times, indices, payloads = with_zeros(node)  # the ends of values belong to what it has
            emulator.set_input(name, spikes=(times, indices), payloads=payloads)


def larger_inputs(emulator, path):
    """Inputs get more events at once than there was room for, long after the run."""
    for name, node in emulator.network.inputs.items():
        if node.rate is None:
            more = emulator.image.inputs[name].most + 5
            given, neurons, values = with_zeros(node)
            times, indices = np.append(given, [LATE] * more), np.append(neurons, [0] * more)
            payloads = None if values is None else np.append(values, [1] * more)
            emulator.set_input(name, spikes=(times, indices), payloads=payloads)


def own_checkpoint(emulator, path):
    """A checkpoint is written and taken over at once."""
    emulator.restore(emulator.save(path / "own"))


NOTHING = {f.__name__: f for f in (same_weights, same_rules, same_delays, same_inputs, larger_inputs, own_checkpoint)}
WAYS = st.lists(st.sampled_from([*NOTHING.values()]), min_size=1, max_size=3)


def state_of(emulator):
    """All state but hints and the place in lists of events, which may be others."""
    arena = emulator.image.arena
    return {name: arena[name].tolist() for name in arena.names if not name.endswith((".paths", ".cursor"))}


def assert_goes_on(make, before, after, ways, path):
    """A run that is cut by ways of doing nothing gives what an uncut one gives; so does a fresh emulator."""
    whole, cut, fresh = make(), make(), make()
    whole.run(before)
    expected = whole.run(after)
    cut.run(before)
    for way in ways:
        way(cut, path)
    fresh.restore(cut.save(path / "cut"))
    assert_same(cut.run(after), expected)
    assert_same(fresh.run(after), expected)
    assert state_of(cut) == state_of(whole) == state_of(fresh)
    if own_checkpoint not in ways:
        assert_same(cut.recording, whole.recording)
    for emulator in (cut, whole, fresh):
        emulator.reset()
    assert_same(cut.run(9), whole.run(9))
    assert_same(fresh.run(9), whole.recording)


@given(recipes(), st.integers(0, 12), WAYS)
def test_networks_of_all_rule_sets(tmp_path_factory, recipe, before, ways):
    path = tmp_path_factory.mktemp("rebuild")
    assert_goes_on(lambda: Emulator(recipe.network()), before, recipe.steps, ways, path)


@given(networks(), st.integers(0, 13), WAYS)
def test_networks_that_learn(tmp_path_factory, net, before, ways):
    assert_goes_on(lambda: Emulator(net), before, 15, ways, tmp_path_factory.mktemp("rebuild"))


def brian2(delay):
    net = Network("brian2", rules="brian2_loihi", seed=2)
    pre, post = net.input("pre", 6, rate=0.3), net.population("post", 4, vth=100, dv=300, refractory=2)
    rule = LearningRule(dw="x1*y0 - 2*y1*x0", x1=Trace(9, 5), y1=Trace(7, 4))
    net.connect(pre, post, np.full((4, 6), 40), learning=rule, sign_mode="excitatory", name="s", delays=delay)
    net.connect(post, post, np.eye(4, dtype=int) * 5, name="other", delays=7)
    net.probe(net.connections["s"], ["weights", "x1", "y1"])
    net.probe(post, ["spikes", "u", "v"])
    return net


def nengo():
    net = Network("nengo", rules="nengo_loihi", seed=3)
    pre = net.input("pre", 5, rate=0.3)
    error = net.input("error", 4, spikes=np.tile([[20, -30, 40, -50]], (60, 1)))
    cells = net.population("cells", 4, vth=50000, vth_exp=0, du=2000, dv=100, noise=Noise("v", 9))
    net.connect(pre, cells, np.arange(20).reshape(4, 5) - 9, learning=pes(0.0625), factors={"y1": error}, name="pl",
                sign_mode="mixed")  # fmt: skip
    net.connect(cells, cells, np.eye(4, dtype=int), name="other")
    net.probe(net.connections["pl"], ["weights", "x1", "y1"])
    net.probe(cells, ["spikes", "u", "v"])
    return net


def lava():
    net = Network("lava", rules="lava", seed=3)
    image, cells = net.input("image", (4, 4, 2), rate=0.4), net.population("cells", (2, 2, 3), vth=50, dv=100)
    net.connect(image, cells, Conv2D(np.arange(54).reshape(3, 3, 3, 2) - 20), name="conv", delays=9)
    net.connect(cells, cells, np.eye(12, dtype=int) * 30, name="down", weight_exp=-2, delays=np.eye(12, dtype=int) * 5)
    net.probe(cells, ["spikes", "u", "v"])
    return net


def learning_convolution():
    net = Network("conv", seed=3)
    image, cells = net.input("image", (4, 4, 2), rate=0.4), net.population("cells", (2, 2, 3), vth=50, dv=100)
    rule = LearningRule(dw="2^-3*x1*y0 - 2^-4*y1*x0", x1=Trace(16, 5), y1=Trace(16, 5), t_epoch=3)
    net.connect(image, cells, Conv2D(np.arange(54).reshape(3, 3, 3, 2)), name="conv", learning=rule,
                sign_mode="excitatory", delays=4)  # fmt: skip
    net.connect(cells, cells, np.eye(12, dtype=int) * 30, name="other", delays=6)
    net.probe(net.connections["conv"], ["weights", "x1", "y1"])
    net.probe(cells, ["spikes", "u", "v"])
    return net


KINDS = {"brian2, no delay": lambda: brian2(0), "brian2, a delay": lambda: brian2(4), "nengo": nengo, "lava": lava,
         "a convolution that learns": learning_convolution}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", NOTHING)
@pytest.mark.parametrize("before", [0, 7, 22])
def test_each_kind_of_network(tmp_path, kind, way, before):
    assert_goes_on(lambda: Emulator(KINDS[kind]()), before, 30, [NOTHING[way]], tmp_path)


# ---------------------------------------------------------------- delays that were set
def delayed(rule=None):
    net = Network("m", seed=4)
    source, cells = net.input("source", 4, rate=0.3), net.population("cells", 3, vth=100, dv=0)
    delays = np.arange(12).reshape(3, 4)
    rule = LearningRule(dw="u0*x1", x1=Trace(1, 1)) if rule is None else rule
    net.connect(source, cells, np.full((3, 4), 9), name="L", delays=delays, learning=rule, sign_mode="excitatory")
    net.connect(net.input("j", 1), cells, [[1]] * 3, name="s")
    net.probe(cells, ["spikes", "u", "v"])
    return net


RULES = {
    "delays that stay": None,
    "delays that are read": LearningRule(dw="x0*d"),
    "delays that learn": LearningRule(dd="x0*1 - y0*2"),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("delays", [0, 4, 11, np.arange(12)[::-1].reshape(3, 4)], ids=["0", "4", "11", "each"])
def test_events_under_way_arrive_after_delays_were_set(tmp_path, rule, delays):
    def make():
        return Emulator(delayed(rule))

    whole, cut, fresh = make(), make(), make()
    for emulator in (whole, cut):
        emulator.run(9)
        emulator.set("L", "delays", delays)
    cut.set("s", "weights", [[1]] * 3)
    fresh.restore(cut.save(tmp_path / "cut"))
    cut.restore(tmp_path / "cut")
    expected = whole.run(20)
    for emulator in (cut, fresh):
        assert_same(emulator.run(20), expected)
        assert emulator.get("L", "delays").tolist() == whole.get("L", "delays").tolist()
        emulator.set("L", "delays", 11)  # the longest that there was at first
        complains(lambda e=emulator: e.set("L", "delays", 70), ["delays", "70"])


def test_a_rule_that_begins_or_ends_to_read_delays_keeps_the_checkpoint_its_own(tmp_path):
    plain, reading = LearningRule(dw="x0*1"), LearningRule(dw="x0*d")
    for first, then in ((plain, reading), (reading, plain)):
        emulator, fresh = (Emulator(delayed_once(first)) for _ in range(2))
        emulator.run(5)
        emulator.set("L", "rule", then)
        emulator.run(3)
        path = emulator.save(tmp_path / "rule")
        expected = emulator.run(20)
        for one in (fresh, emulator):
            one.restore(path)
            assert_same(one.run(20), expected)


def delayed_once(rule):
    net = Network("m", seed=4)
    source, cells = net.input("source", 4, rate=0.3), net.population("cells", 3, vth=100, dv=0)
    net.connect(source, cells, np.full((3, 4), 9), name="L", delays=3, learning=rule, sign_mode="excitatory")
    net.probe(cells, ["spikes", "u", "v"])
    return net


def test_the_trial_of_one_event(tmp_path):
    net = Network("m")
    source, cells = net.input("i", 1, spikes=([0], [0])), net.population("c", 1, vth=100, dv=0)
    net.connect(source, cells, [[10]], name="L", delays=[[5]], learning=LearningRule(dw="u0*x1", x1=Trace(1, 1)))
    net.connect(net.input("j", 1), cells, [[1]], name="s")
    net.probe(cells, "v")
    for rebuild in (False, True):
        emulator = Emulator(net)
        emulator.run(1)
        emulator.set("L", "delays", 0)
        if rebuild:
            emulator.set("s", "weights", [[1]])
        assert emulator.run(8)["c.v"][:, 0].tolist() == [0] * 4 + [640] * 4


# ---------------------------------------------------------------- what a changed rule forgets, and what not
def test_traces_go_on_when_epochs_are_made_longer():
    net = delayed(LearningRule(dw="x1*y0", x1=Trace(20, 9)))
    net.probe(net.connections["L"], ["x1"])
    emulator, other = Emulator(net), Emulator(net)
    emulator.run(11), other.run(11)
    emulator.set("L", "t_epoch", 4)
    assert emulator.get("L", "x1").tolist() == other.get("L", "x1").tolist() != [0] * 4
    assert emulator.run(5)["L.x1"].tolist() == other.run(5)["L.x1"].tolist()


def test_state_of_another_shape_is_an_error_and_changes_nothing(monkeypatch):
    emulator = Emulator(delayed())
    emulator.run(5)
    before = state_of(emulator)
    monkeypatch.setattr("loihi_emu.image.build.keep_room", lambda image, old: None)
    emulator.set("L", "delays", 0)
    with pytest.raises(RuntimeError, match=r"group0.ring: state of shape \(12, 3\) cannot go on in memory of"):
        emulator.set("s", "weights", [[5]] * 3)
    assert emulator.get("s", "weights").tolist() == [[1]] * 3
    assert state_of(emulator) | {"learn.L.delays": 0} == before | {"learn.L.delays": 0}
