"""Connections from builders: as lists of the same synapses, in runs, files and checkpoints; errors before the run."""

import numpy as np
import pytest
from archives import read_archive
from messages import UNHEEDED, complains

from loihi_emu import (
    Emulator,
    LearningRule,
    Network,
    OutOfMemoryError,
    Trace,
    all_to_all,
    by_distance,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    lognormal,
    normal,
    one_to_one,
    uniform,
)
from loihi_emu.files.archive import write_archive
from loihi_emu.image.build import Image
from loihi_emu.network.builders.known import BUILDERS
from loihi_emu.network.builders.pairing import pairing
from loihi_emu.network.file import KIND, SCHEMA
from loihi_emu.run import checkpoint

pytestmark = UNHEEDED

KEPT = [
    one_to_one(),
    fixed_probability(0.2),
    fixed_in_degree(3, several=False),
    fixed_out_degree(4, self_connections=False),
    fixed_total_number(150),
]


def nodes(rules="chip", seed=5, **more):
    net = Network(rules=rules, seed=seed, **more)
    source = net.input("source", 40, rate=0.3)
    cells = net.population("cells", 40, vth=300, dv=0.1 if rules == "float" else 300)
    net.probe(cells, ["spikes", "v"])
    return net, source, cells


def everything(rules="chip"):
    """A network with every builder, from inputs and populations, onto parts and all."""
    net, source, cells = nodes(rules)
    few, many = normal(30, 9, low=1, high=90), lognormal(2, 1, low=1, high=99)
    for k, builder in enumerate(KEPT):
        net.connect(source, cells, few, synapses=builder, delays=uniform(0, 4), name=f"in {k}")
    net.connect(cells, cells[::2], uniform(-90, -2), synapses=fixed_in_degree(5), name="part")
    net.connect(cells[3:33:3], cells, many, synapses=fixed_probability(0.5), delays=2, name="of")
    net.connect(cells, cells, 4, synapses=fixed_total_number(99), weight_exp=2, name="same")
    return net


def as_lists(net):
    """The same network from lists."""
    made = Network(rules=net.rules, seed=net.seed)
    for i in net.inputs.values():
        made.input(i.name, i.size, rate=i.rate)
    for p in net.populations.values():
        made.population(p.name, p.size, **dict(p.parameters))
    for c in net.connections.values():
        sides = (made[s.target.name][s.start : s.stop : s.step] for s in (c.pre, c.post))
        lists = c.pre_indices, c.post_indices, c.values
        made.connect(*sides, lists, delays=c.delays, name=c.name, weight_exp=c.weight_exp, sign_mode=c.sign_mode)
    made.probe("cells", ["spikes", "v"])
    return made


def same(one, other):
    assert np.array_equal(one["cells.v"], other["cells.v"])
    assert one.stats["synaptic_events"] == other.stats["synaptic_events"] > 0 < one.stats["spikes"]["cells"]


@pytest.mark.parametrize("rules", ["chip", "lava"])
def test_a_run_draws_what_lists_would_hold(rules):
    net = everything(rules)
    emulator = Emulator(net)
    recording = emulator.run(60)
    assert all(c.drawn and "values" not in vars(c) for c in emulator.network.connections.values())
    same(recording, Emulator(as_lists(net)).run(60))


@pytest.mark.parametrize("shares", [2, 3])
def test_shares_draw_their_own_targets(shares):
    net = everything()
    whole, cut = Image(net), Image(net, shares=shares)
    assert whole.memory()["stored synapses"] == cut.memory()["stored synapses"]


def test_files_keep_the_recipe(tmp_path):
    net = everything()
    path = net.save(tmp_path / "net.npz")
    assert not any(name.startswith("connection") for name in read_archive(path, KIND, SCHEMA)[1])
    again = Network.load(path)
    for one, other in zip(net.connections.values(), again.connections.values(), strict=True):
        assert other.drawn and one.recipe.settings() == other.recipe.settings()
        assert one.values.tolist() == other.values.tolist() and one.indices.tolist() == other.indices.tolist()
    same(Emulator(net).run(40), Emulator(again).run(40))


def test_checkpoints_hold_weights_that_were_set_alone(tmp_path):
    net = everything()
    emulator = Emulator(net)
    emulator.run(20)
    emulator.save(tmp_path / "one.npz")
    name = "in 1"
    emulator.set(name, "weights", emulator.get(name, "weights") // 2)
    emulator.save(tmp_path / "two.npz")
    _, arrays = read_archive(tmp_path / "two.npz", checkpoint.KIND, checkpoint.SCHEMA)
    assert [key for key in arrays if key.startswith("weights.")] == [f"weights.{name}"]
    after = emulator.run(30)
    for point, want in (("two", after), ("one", None)):
        other = Emulator(net)
        other.restore(tmp_path / f"{point}.npz")
        if want is not None:
            assert np.array_equal(other.run(30)["cells.v"], want["cells.v"])
            other.restore(tmp_path / "one.npz")
        assert other.network.connections[name].drawn
    fresh = Emulator(net)
    fresh.run(20)
    assert np.array_equal(fresh.run(30)["cells.v"], other.run(30)["cells.v"])


def test_weights_that_were_set_to_those_drawn_are_restored(tmp_path):
    net = everything()
    emulator = Emulator(net)
    emulator.set("in 1", "weights", emulator.get("in 1", "given"))
    emulator.save(tmp_path / "set.npz")
    other = Emulator(net)
    other.restore(tmp_path / "set.npz")
    assert not other.network.connections["in 1"].drawn
    same(other.run(20), emulator.run(20))


def test_what_is_asked_of_a_recipe():
    net, source, cells = nodes()
    made = net.connect(source, cells, normal(30, 3), synapses=fixed_out_degree(7), delays=uniform(2, 9))
    assert (made.synapses, made.longest_delay, made.varied, made.kind, made.drawn) == (280, 9, True, "sparse", True)
    assert "280 weights, excitatory" in repr(made) and "values" not in vars(made)
    emulator = Emulator(net)
    assert np.array_equal(emulator.get(made, "weights"), made.values) and made.values.dtype == np.int8
    assert np.array_equal(np.bincount(made.pre_indices), np.full(40, 7))
    assert emulator.get(made, "delays").min() >= 2 and net.place().cores == 1


@pytest.mark.parametrize("builder", [*KEPT, all_to_all(), all_to_all(self_connections=False)], ids=repr)
def test_numbers_for_each_synapse_are_given_by_source_then_target(builder):
    net, _, cells = nodes()
    count = net.connect(cells, cells, 9, synapses=builder, kind="sparse").synapses
    net, _, cells = nodes()  # where the first connection draws the same
    values, delays = np.arange(count) % 200 + 1, np.arange(count) % 60
    made = net.connect(cells, cells, values, synapses=builder, delays=delays, kind="sparse", name="two")
    assert not made.drawn and made.values.tolist() == values.tolist() and made.delays.tolist() == delays.tolist()
    assert np.all(np.diff(made.pre_indices * 40 + made.post_indices) >= 0)


def test_all_to_all_is_a_matrix():
    net, source, cells = nodes()
    made = net.connect(source, cells, normal(50, 10, low=1, high=99), synapses=all_to_all(), delays=uniform(1, 3))
    assert made.kind == "dense" and made.values.shape == (40, 40) == made.delays.shape and made.values.min() > 0
    made = net.connect(cells, cells, 3, synapses=all_to_all(self_connections=False))
    assert np.array_equal(made.values, 3 * (1 - np.eye(40, dtype=int)))


def test_floats_and_what_learns_are_drawn_at_once():
    net, source, cells = nodes("float")
    made = net.connect(source, cells, normal(0.5, 0.1, low=0.4), synapses=fixed_probability(0.5))
    assert made.values.dtype == np.float64 and 0.4 <= made.values.min() < 0.45 < made.values.max()
    assert net.connect(source, cells, 0.5, synapses=one_to_one()).values.tolist() == [0.5] * 40
    net, source, cells = nodes()
    rule = LearningRule(dw="x1*y0", x1=Trace(10, 5))
    made = net.connect(source, cells, uniform(10, 20), synapses=fixed_in_degree(3), learning=rule)
    assert made.learning is not None and not made.drawn and 10 <= made.values.min() <= made.values.max() <= 20
    Emulator(net).run(5)


@pytest.mark.parametrize(
    "distribution", [normal(300, 1, low=0, high=10), lognormal(1, 1, high=-1), normal(3, 0, high=2)]
)
def test_limits_that_no_number_falls_into_are_an_error_for_floats_too(distribution):
    net, source, cells = nodes("float")
    complains(lambda: net.connect(source, cells, distribution, synapses=one_to_one()), ["hardly a number"], ValueError)


def test_distributions_of_one_number_alone():
    net, source, cells = nodes("float")
    for distribution in (normal(3, 0, low=3), uniform(3, 3)):
        assert set(net.connect(source, cells, distribution, synapses=one_to_one()).values) == {3.0}


def test_effective_weights_are_drawn():
    net, source, cells = nodes()
    made = net.connect(source, cells, uniform(-32768, 32767), synapses=fixed_out_degree(7), scaled=True)
    assert made.drawn and made.values.min() < -300 and made.values.max() > 300
    Emulator(net).run(5)


def test_one_target_among_its_sources():
    net, _, cells = nodes()
    made = net.connect(cells[:3], cells[:1], 1, synapses=fixed_total_number(50, self_connections=False))
    assert np.all(made.pre_indices > 0) and made.synapses == 50


def test_more_synapses_than_memory_are_an_error_before_they_are_drawn():
    net, source, cells = nodes()
    made = net.connect(source, cells, 9, synapses=fixed_total_number(1 << 40))
    assert f"{1 << 40} weights" in repr(made)
    with pytest.raises(OutOfMemoryError, match="source->cells"):
        Emulator(net)


def test_pairs_that_a_function_of_distance_leaves_apart_take_no_memory():
    cells = Network(seed=1).population("cells", 2000, vth=100)
    near = by_distance(lambda d: d < 0.00175, np.arange(2000) / 2000, period=1)
    targets = [part.targets for part in near.prepared(pairing(cells[:], cells[:], 1, 0))]
    assert all(each.base is None for each in targets)
    assert sum(each.nbytes for each in targets) == 2 * 7 * 2000


def test_a_function_of_distance_is_asked_once():
    rng, net = np.random.default_rng(1), nodes()[0]
    near = by_distance(lambda d: rng.random(d.shape), np.zeros(40))
    made = net.connect("source", "cells", 9, synapses=near)
    assert 600 < made.synapses == made.indptr[-1] < 1000


def test_what_weights_lose_is_counted():
    net, source, cells = nodes()
    with pytest.warns(UserWarning, match=r"\d+ of 280 weights lose up to 1"):
        made = net.connect(source, cells, uniform(-5, 5), synapses=fixed_out_degree(7))
    odd = int(np.count_nonzero(made.values % 2))
    assert Emulator(net).run(1).stats["weights"][made.name]["truncated"] == odd > 0


# ------------------------------------------------------------ bad input
ONE = fixed_probability(0.1)


@pytest.mark.parametrize(
    ("action", "texts"),
    [
        (lambda n, s, c: fixed_probability(1.5), ["fixed_probability, probability: got 1.5", "0..1"]),
        (lambda n, s, c: fixed_probability([0.1, 0.2]), ["one number"]),
        (lambda n, s, c: fixed_probability("0.1"), ["Write it without quotes"]),
        (lambda n, s, c: fixed_in_degree(2.5), ["fixed_in_degree, degree: got 2.5", "whole numbers"]),
        (lambda n, s, c: fixed_out_degree(-1), ["degree: got -1"]),
        (lambda n, s, c: fixed_total_number(1e20), ["fixed_total_number, number"]),
        (lambda n, s, c: fixed_out_degree(3, several="no"), ["several: got 'no'", "True or False"]),
        (lambda n, s, c: by_distance(0.1, [1, 2]), ["probability: got 0.1", "a function"]),
        (lambda n, s, c: normal(1, -1), ["normal, std: got -1"]),
        (lambda n, s, c: normal(1, 1, low=3, high=2), ["low: got 3 above high=2"]),
        (lambda n, s, c: normal(1, 1, outside="drop"), ['unknown outside "drop"', '"redraw", "clip"']),
        (lambda n, s, c: uniform(0, None), ["uniform"]),
        (
            lambda n, s, c: n.connect(s, c, 1, synapses=fixed_in_degree(41, several=False)),
            ["41 of 40 sources", "several=True"],
        ),
        (
            lambda n, s, c: n.connect(c, c, 1, synapses=fixed_out_degree(40, several=False, self_connections=False)),
            ["40 of 39 targets", "0..39"],
        ),
        (
            lambda n, s, c: n.connect(c[:1], c[:1], 1, synapses=fixed_total_number(2, self_connections=False)),
            ["2 with no other neuron", "self_connections=True"],
        ),
        (lambda n, s, c: n.connect(s, c[:9], 1, synapses=one_to_one()), ["from 40 to 9 neurons"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=one_to_one), ["Call it: synapses=one_to_one(...)"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=0.1), ["synapses: got 0.1", "a builder such as"]),
        (lambda n, s, c: n.connect(s, c, normal(3, 1)), ["weights: got", "synapses=fixed_probability(0.1)"]),
        (lambda n, s, c: n.connect(s, c, ([0], [0], normal(3, 1))), ["A distribution is drawn for the synapses"]),
        (lambda n, s, c: n.connect(s, c, 1, delays=uniform(0, 3)), ["delays: got"]),
        (lambda n, s, c: n.connect(s, c, normal(250, 9), synapses=ONE), ["which draws", "low=0, high=255"]),
        (lambda n, s, c: n.connect(s, c, normal(2, 1, low=0.5), synapses=ONE), ["limits 0.5..inf", "whole numbers"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=ONE, delays=normal(50, 9)), ["reaches beyond 0..62", "high=62"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=ONE, delays=63), ["delays: got 63", "0..62"]),
        (lambda n, s, c: n.connect(s, c, 300, synapses=ONE), ["got 300", "0..255"]),
        (lambda n, s, c: n.connect(s, c, normal(9, 1), synapses=ONE, sign_mode="inhibitory"), ["weights (inhibitory)"]),
        (lambda n, s, c: n.connect(s, c, [1, 2, 3], synapses=one_to_one()), ["shape (3,)", "or 40 values"]),
        (lambda n, s, c: n.connect(s, c, ([0], [0], [1]), synapses=ONE), ["weights: got", "a distribution"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=ONE, kind="dense"), ['"auto" or "sparse"']),
        (
            lambda n, s, c: n.connect(s, c, 1, synapses=by_distance(lambda d: d, np.zeros((40, 2)), np.zeros((9, 2)))),
            ["positions of post of shape (9, 2)", "(40, 2)"],
        ),
        (lambda n, s, c: n.connect(s, c, uniform(-1e11, 1e11), synapses=ONE), ["reaches beyond -32768..32767"]),
        (lambda n, s, c: n.connect(s, c, uniform(-3, 9), synapses=ONE, scaled=True, sign_mode="excitatory"), ["low=0"]),
        (lambda n, s, c: n.connect(s, c, normal(300, 0, high=255), synapses=ONE), ["limits of normal"]),
        (lambda n, s, c: n.connect(s, c, 1, synapses=ONE, kind="conv"), ['"auto" or "sparse"']),
        (lambda n, s, c: by_distance(abs, np.zeros(40), period=[-1]), ["by_distance, period", "above 0"]),
        (
            lambda n, s, c: n.connect(s, c, 1, synapses=by_distance(lambda d: d + 2, np.zeros(40))),
            ["by_distance, probability: got 2.0", "0..1"],
        ),
    ],
)  # fmt: skip
def test_errors_come_before_the_run(action, texts):
    net, source, cells = nodes()
    complains(lambda: action(net, source, cells), texts, kind=ValueError)


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ({"builder": {"name": "fixed_degree"}}, ["recipe.builder.name", '"one_to_one"']),
        ({"builder": {"name": "fixed_probability", "probability": "a", "self_connections": True}}, ["probability"]),
        ({"builder": {"name": "one_to_one", "degree": 3}}, ["recipe.builder.degree"]),
        ({"weights": {"name": "normal", "mean": 1}}, ["recipe.weights.std"]),
        ({"delays": 63}, ["delays: got 63"]),
        ({"seed": 3}, ["recipe.seed"]),
    ],
)
def test_damaged_recipes_are_refused(tmp_path, change, texts):
    path = everything().save(tmp_path / "net.npz")
    header, arrays = read_archive(path, KIND, SCHEMA)
    header["connections"][1]["recipe"] |= change
    header = {key: value for key, value in header.items() if key not in ("kind", "schema")}
    write_archive(path, KIND, SCHEMA, header, arrays)
    complains(lambda: Network.load(path), texts, kind=ValueError)


def test_all_builders_that_are_kept_are_tested():
    assert {builder.name for builder in KEPT} == set(BUILDERS)
