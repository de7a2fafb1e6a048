"""However synapses with delays are kept, no result shows it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from plastic_networks import networks
from recipes import Link, Node, Recipe, assert_equals_oracle, assert_same
from strategies import RULES, recipes

from loihi_emu import Emulator, Network, fixed_out_degree, uniform
from loihi_emu.image.groups import make_groups
from loihi_emu.image.stores import DUE, RING, chosen, waits
from loihi_emu.rules import find

pytestmark = UNHEEDED

STORES = st.sampled_from([RING, DUE])
INTEGERS = st.sampled_from([name for name in RULES if not find(name).floats])
SEEDS = st.integers(0, 2**32 - 1)


def emulator_of(network, store):
    with chosen(store):
        return Emulator(network)


def many_delays(seed, longest=62, steps=90, graded=False):
    """Two populations and an input whose neurons reach one another with delays of every form."""
    rng = np.random.default_rng(seed)
    payloads = rng.integers(-7, 8, 60) if graded else None
    listed = {"spikes": (rng.integers(0, steps, 60), rng.integers(0, 5, 60)), "payloads": payloads}
    cells = {"du": 300, "dv": 100, "vth": 60, "bias": rng.integers(0, 900, 20)}
    nodes = (Node("in", 5, True, listed), Node("a", 20, False, cells), Node("b", 7, False, {"du": 9, "vth": 30}))

    def link(pre, post, number, delays):
        lists = (rng.integers(0, nodes[pre].size, number), rng.integers(0, nodes[post].size, number))
        weights = (*lists, rng.integers(-64, 100, number) * 2)
        return Link(nodes[pre].name, nodes[post].name, weights, {"delays": delays, "graded": graded and pre == 0})

    def each(number):
        return rng.integers(0, longest, number, endpoint=True)

    links = (
        link(0, 1, 40, each(40)), link(0, 2, 9, longest), link(1, 1, 60, each(60)), link(1, 1, 30, 0),
        link(1, 2, 30, 3), link(2, 1, 50, each(50)), link(2, 2, 5, longest), link(1, 1, 1, each(1)),
    )  # fmt: skip
    return Recipe("chip", 3, nodes, links, steps)


@pytest.mark.slow
@pytest.mark.parametrize("rules", RULES)
@given(st.data())
def test_random_networks_equal_the_oracle_when_synapses_wait(rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    with chosen(DUE):
        recording = recipe.run()
    assert_equals_oracle(recipe.network(), recording)


@pytest.mark.slow
@given(SEEDS, st.sampled_from([1, 5, 62]), st.booleans())
def test_every_form_of_delays_equals_the_oracle(seed, longest, graded):
    recipe = many_delays(seed, longest, graded=graded)
    runs = [emulator_of(recipe.network(), store).run(recipe.steps) for store in (DUE, RING)]
    assert_equals_oracle(recipe.network(), runs[0])
    assert_same(*runs)


@given(recipes(rules=INTEGERS) | st.builds(many_delays, SEEDS, graded=st.booleans()), STORES, STORES, st.data())
def test_a_checkpoint_goes_on_in_either_store(tmp_path_factory, recipe, before, after, data):
    path = tmp_path_factory.mktemp("stores") / "at.npz"
    whole = emulator_of(recipe.network(), RING)
    first, then = emulator_of(recipe.network(), before), emulator_of(recipe.network(), after)
    then.run(data.draw(st.integers(0, 3)))  # what it did is forgotten
    cut = data.draw(st.integers(0, recipe.steps))
    first.run(cut)
    first.save(path)
    with chosen(after):
        then.restore(path)
    whole.run(cut)
    expected, *rest = [e.run(recipe.steps - cut) for e in (whole, first, then)]
    for recording in rest:
        assert_same(recording, expected)
    assert same_files(first, then, tmp_path_factory.mktemp("ends"))


def same_files(one, other, folder):
    """Whether two emulators write the same state, but for hints and the place in lists of events."""
    files = [np.load(e.save(folder / f"{k}.npz")) for k, e in enumerate((one, other))]
    names = [n for n in files[0].files if n.startswith("state.") and not n.endswith((".paths", ".cursor"))]
    return files[0].files == files[1].files and all(np.array_equal(*(f[name] for f in files)) for name in names)


@given(SEEDS, st.integers(0, 90), st.integers(0, 30), st.booleans())
def test_weights_changed_in_flight_act_on_spikes_to_come(seed, cut, later, graded):
    recipe = many_delays(seed, graded=graded)
    emulators = [emulator_of(recipe.network(), store) for store in (RING, DUE)]
    for emulator in emulators:
        emulator.run(cut)
        with chosen(RING if emulator.image.waits is False else DUE):
            emulator.set("a->a", "weights", -emulator.get("a->a", "given"))
            emulator.run(later)
            emulator.set("a->a", "weights", -emulator.get("a->a", "given"))
        emulator.run(recipe.steps - cut)
    assert_same(*(e.recording for e in emulators))


@given(SEEDS, st.lists(st.integers(0, 40), max_size=5), st.booleans())
def test_cuts_and_resets_do_not_show(seed, cuts, graded):
    recipe = many_delays(seed, graded=graded)
    whole, cut = (emulator_of(recipe.network(), DUE) for _ in range(2))
    for steps in cuts:
        cut.run(steps)
    cut.reset()
    assert_same(whole.run(90), cut.run(90))
    for emulator in (whole, cut):
        emulator.forget()
    for steps in cuts:
        cut.run(steps)
    whole.run(sum(cuts))
    assert_same(whole.recording, cut.recording)


def test_samples_begin_with_nothing_under_way():
    recipe = many_delays(7)
    samples = {"in": [([0, 1, 1], [0, 1, 2]), ([0], [3]), ([2, 2], [0, 4])]}
    runs = [emulator_of(recipe.network(), store).run_samples(30, samples) for store in (RING, DUE)]
    assert len(runs[0].spikes("b"))
    assert_same(*runs)


@given(networks(), st.integers(0, 8))
def test_connections_that_learn_keep_their_ring_beside_the_others(network, cut):
    """Random networks that learn have sparse connections that do not, onto the same neurons."""
    rng, names = np.random.default_rng(1), list(network.populations)
    for name in names:
        pre, post = network.populations[name], network.populations[rng.choice(names)]
        lists = (rng.integers(0, pre.size, 20), rng.integers(0, post.size, 20), rng.integers(0, 50, 20) * 2)
        network.connect(pre, post, lists, delays=rng.integers(0, network.max_delay + 1, 20))
    emulators = [emulator_of(network, store) for store in (RING, DUE)]
    for emulator in emulators:
        emulator.run(cut)
        emulator._rebuild([])
        emulator.run(8)
    assert_same(*(e.recording for e in emulators))


def wide(neurons, delays, rules="chip"):
    """A network in which a few synapses reach neurons of a large population."""
    net = Network(rules=rules)
    drive = net.input("drive", 3, spikes=([0, 0, 1, 4], [0, 1, 2, 0]))
    cells = net.population("cells", neurons, vth=10)
    rng = np.random.default_rng(0)
    post = np.append(rng.integers(0, neurons, 300), [0, 65535, 65536, neurons - 1])
    net.connect(drive, cells, (rng.integers(0, 3, post.size), post, rng.integers(10, 99, post.size)), delays=delays)
    net.probe(cells)
    return net


@pytest.mark.parametrize("exponent", [0, 7])
def test_targets_of_more_than_16_bits(exponent):
    """Small weights leave bits for targets; large ones make chunks of 65536."""
    delays = np.random.default_rng(2).integers(0, 20, 304)
    nets = [wide(300_000, delays) for _ in range(2)]
    for net in nets:
        c = net.connections["drive->cells"]
        net.replace(replace(c, weight_exp=exponent))
    one, other = (emulator_of(net, store).run(30) for net, store in zip(nets, (RING, DUE), strict=True))
    assert len(one.spikes("cells")) >= 300
    assert_same(one, other)


def balanced(neurons, fan, delays):
    net, rng = Network(), np.random.default_rng(0)
    cells = net.population("cells", neurons, vth=10)
    pre = np.repeat(np.arange(100), fan)
    post = rng.integers(0, neurons, pre.size)
    net.connect(
        cells[:100], cells, (pre, post, 5), delays=delays if np.isscalar(delays) else rng.choice(delays, pre.size)
    )
    return net


def is_waiting(net, shares=1):
    return waits(net, make_groups(net), shares)


def test_the_store_is_chosen_by_the_size_of_the_ring():
    assert is_waiting(balanced(20_000, 2000, range(48)))
    assert not is_waiting(balanced(20_000, 2000, range(48)), 8)  # each share's ring stays in its cache
    assert is_waiting(balanced(20_000, 200, 60))  # all with one delay
    assert not is_waiting(balanced(2000, 1000, range(48)))  # its ring stays in the cache
    assert not is_waiting(balanced(20_000, 20, range(48)))  # hardly two synapses of a neuron have the same delay
    assert is_waiting(balanced(20_000, 20, [0, 47]))
    assert not is_waiting(balanced(200_000, 2000, range(2)))  # a slot is as bad as two


def test_drawn_synapses_are_chosen_for_alike():
    for most, expected in ((47, True), (2, False)):
        net = Network()
        cells = net.population("cells", 20_000, vth=10)
        net.connect(cells[:500], cells, uniform(1, 9), synapses=fixed_out_degree(500), delays=uniform(0, most))
        assert is_waiting(net) == expected


def test_the_ring_of_what_waits_has_one_slot():
    image = Emulator(balanced(20_000, 2000, range(48))).image
    assert image.arena["group0.ring"].shape == (1, 20_000)
    assert image.state_shapes()["group0.ring"][0] == (48, 20_000)


@pytest.mark.parametrize("store", [RING, DUE])
def test_a_synapse_takes_at_most_six_bytes(store):
    net = balanced(20_000, 2000, range(48))
    memory = emulator_of(net, store).memory()
    assert memory["stored synapses"] == 200_000
    assert memory["synapses"] - 8 * 20_000 * 2 <= 6 * memory["stored synapses"]
