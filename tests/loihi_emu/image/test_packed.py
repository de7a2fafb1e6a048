"""Lists that the rows of an image hold come back as they were, and images of one network share rows."""

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_same
from strategies import RULES, recipes

from loihi_emu import Emulator, Network, fixed_probability
from loihi_emu.image import acting, held_lists, packed, rows
from loihi_emu.image.sizes import image_sizes
from loihi_emu.image.stores import DUE, RING, chosen
from loihi_emu.network.synapse_order import DRAWN, held_of, unpacked
from loihi_emu.rules import find
from loihi_emu.run.structure import structure

pytestmark = [UNHEEDED, pytest.mark.filterwarnings("ignore:Emulator. . threads on")]

STORES = st.sampled_from([RING, DUE])
SHARES = st.sampled_from([1, 2, 3])
SEEDS = st.integers(0, 2**32 - 1)
INTEGERS = st.sampled_from([name for name in RULES if not find(name).floats])


@pytest.fixture(autouse=True, scope="module")
def few_are_many():
    """Treat short lists as long ones, a few synapses at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "FEW", -1)
        patch.setattr(acting, "FEW", 0)
        patch.setattr(held_lists, "LEAST", 1)
        patch.setattr(held_lists, "PIECE", 60)
        yield


def lists(seed, probed=True):
    """Lists of every form: with pairs connected several times, between slices, with one delay, as effective weights."""
    rng = np.random.default_rng(seed)
    net = Network("lists", seed=5)
    source = net.input("i", 30, rate=0.3)
    a = net.population("a", 40, vth=90, dv=100, bias=rng.integers(0, 900, 40))
    b = net.population("b", 2100, vth=60, dv=300)

    def some(pre, post, number, low=-60, scale=2):
        return rng.integers(0, pre, number), rng.integers(0, post, number), rng.integers(low, 60, number) * scale

    net.connect(a, b, some(40, 2100, 900), name="even", delays=rng.integers(0, 20, 900))
    net.connect(b[::3], a[1::2], some(700, 20, 200, 0, 1), name="parts", delays=rng.integers(0, 9, 200))
    net.connect(a, a, some(40, 40, 700, -60, 1), name="odd", delays=2)
    net.connect(b, b, some(2100, 2100, 1500, -900, 7), name="scaled", scaled=True, delays=3)
    net.connect(source, a, some(30, 40, 150), name="input", delays=rng.integers(0, 50, 150), weight_exp=2)
    seven = {"weight_bits": 7, "sign_mode": "excitatory"}
    net.connect(source, b, some(30, 2100, 500, 0), name="seven bits", **seven)
    if probed:
        net.probe(a, ["spikes", "v"])
        net.probe(b)
    return net


def arrays(net):
    """What all lists are, by connection."""
    return {c.name: {name: np.array(getattr(unpacked(c), name)) for name in DRAWN} for c in net.connections.values()}


def assert_equal(one, other):
    assert one.keys() == other.keys()
    for name, mine in one.items():
        for what, array in mine.items():
            wanted = other[name][what]
            assert array.dtype == wanted.dtype, (name, what)
            np.testing.assert_array_equal(array, wanted, f"{what} of {name}")


def gone(c):
    return [name for name in DRAWN if name not in vars(c)]


# ---------------------------------------------------------------- what comes back
@given(SEEDS, STORES, SHARES)
def test_lists_come_back_as_they_were(seed, store, shares):
    net = lists(seed)
    before = arrays(net)
    with chosen(store):
        emulator = Emulator(net, threads=shares)
    missing = {name: gone(c) for name, c in net.connections.items()}
    assert missing["seven bits"] == missing["scaled"] == ["values", "indices"]
    assert missing["odd"] == ["indices"]  # its odd weights lose a bit on the chip
    assert {name for name, lost in missing.items() if lost} >= net.connections.keys() - {"parts", "input"}
    assert_equal(arrays(net), before)
    assert {name: gone(c) for name, c in net.connections.items()} == missing  # who reads them once keeps nothing
    for name, c in net.connections.items():
        delays = c.as_given(before[name]["delays"])
        assert np.array_equal(emulator.get(c, "delays"), delays) and c.synapses == before[name]["values"].size
        assert (c.varied, c.longest_delay, c.shortest_delay) == (delays.ndim == 1, delays.max(), delays.min())
        assert np.array_equal(emulator.get(c, "given"), c.as_given(before[name]["values"]))


@pytest.mark.slow
@given(recipes(rules=INTEGERS), STORES, STORES, SHARES)
def test_random_networks_are_the_same_from_rows_as_from_lists(recipe, store, other, shares):
    net = recipe.network()
    before = arrays(net)
    with chosen(store):
        first = Emulator(net, threads=shares).run(recipe.steps)
    assert_equal(arrays(net), before)
    with chosen(other):
        assert_same(first, Emulator(net).run(recipe.steps))
        assert_equal(arrays(net), before)
        assert_same(first, Emulator(recipe.network()).run(recipe.steps))


def test_pairs_connected_several_times_keep_their_order():
    net = Network()
    c = net.population("c", 3, vth=9)
    given = [1, 1, 1, 1, 0, 1], [2, 2, 0, 2, 1, 2], [10, 20, 30, 40, 50, 60]
    net.connect(c, c, (*(np.tile(one, 30) for one in given[:2]), np.arange(180)), delays=np.arange(180) * 7 % 5)
    net.connect(c, c[:1], ([0] * 300, [0] * 300, 1), name="few", delays=[0] * 300)
    before = arrays(net)
    with chosen(DUE):
        Emulator(net)
    assert_equal(arrays(net), before)


def test_lists_that_rows_do_not_tell_apart_stay_lists():
    net = Network()
    c = net.population("c", 50, vth=9)
    fast = net.connect(c, c[:30], (np.arange(50), np.arange(50) % 30, 1), name="fast")
    slow = net.connect(c, c[29:], (np.arange(50), np.arange(50) % 21, 1), name="slow")
    alone = net.connect(net.input("i", 50), c, (np.arange(50), np.arange(50), 1))
    Emulator(net)
    assert gone(fast) == gone(slow) == [] and gone(alone) == ["values", "indices"]


def test_connections_that_learn_matrices_and_floats_stay_as_they_are():
    net = Network(rules="float")
    c = net.population("c", 50, vth=9)
    made = net.connect(c, c, (np.arange(50), np.arange(50), 1.5))
    Emulator(net)
    assert gone(made) == []


def test_what_is_asked_for_is_kept_until_the_next_image():
    net = lists(1)
    one, c = Emulator(net), net.connections["even"]
    indices = c.indices
    assert c.indices is indices and gone(c) == []
    other = Emulator(net)
    assert gone(c) == ["values", "delays", "indices"]
    assert [p.packed for p in one.image.projections] == [p.packed for p in other.image.projections]


# ---------------------------------------------------------------- several emulators
@given(SEEDS, STORES, SHARES)
def test_emulators_of_a_network_share_rows_and_nothing_else(seed, store, shares):
    net = lists(seed)
    net.connect(net["a"], net["b"], 3, synapses=fixed_probability(0.01))
    with chosen(store):
        one, other = Emulator(net, threads=shares), Emulator(net, threads=shares)
        for mine, its in zip(one.image.projections, other.image.projections, strict=True):
            assert mine.description.packed is its.description.packed
        weights = one.get("even", "weights")
        changed = lists(seed)
        changed.connect(changed["a"], changed["b"], 3, synapses=fixed_probability(0.01))
        wanted = Emulator(changed)
        wanted.set("even", "weights", -weights)
        one.set("even", "weights", -weights)
    assert np.array_equal(one.get("even", "weights"), -weights)
    assert np.array_equal(other.get("even", "weights"), weights)
    assert np.array_equal(net.connections["even"].values, unpacked(net.connections["even"]).values)
    assert_same(wanted.run(12), one.run(12))
    assert_same(Emulator(net).run(12), other.run(12))


def test_rows_of_which_nothing_has_changed_are_not_packed_again():
    net = lists(2)
    with chosen(RING):
        emulator = Emulator(net)
        before = {p.key: p.packed for p in emulator.image.projections}
        emulator.set("input", "weights", np.full(150, 6))
    after = {p.key: p.packed for p in emulator.image.projections}
    assert sum(after[key] is not before[key] for key in after) == 1


def test_another_form_has_rows_of_its_own():
    net = lists(3)
    before = arrays(net)
    images = []
    for store, shares in ((RING, 1), (DUE, 1), (RING, 2), (RING, 1)):
        with chosen(store):
            emulator = Emulator(net, threads=shares)
        images.append([p.packed for p in emulator.image.projections])
        assert_equal(arrays(net), before)
    assert not set(images[0]) & set(images[1]) | set(images[0]) & set(images[2])
    assert images[3] == images[0]  # which are still in use here
    del images, emulator
    gc.collect()
    assert len(list(packed.packings(net.connections["even"]))) == 1


@pytest.mark.parametrize("first", ["emulator", "network"])
def test_whoever_goes_first_the_other_goes_on(first):
    net, wanted = lists(4), Emulator(lists(4)).run(20)
    before, emulator = arrays(net), Emulator(net)
    in_use = [weakref.ref(p.packed) for p in emulator.image.projections]
    if first == "emulator":
        del emulator
        gc.collect()
        assert_equal(arrays(net), before)
        assert_same(Emulator(net).run(20), wanted)
        del net
    else:
        del net
        gc.collect()
        assert_same(emulator.run(20), wanted)
        assert np.array_equal(
            emulator.get("even", "given"),
            before["even"]["values"][np.argsort(emulator.network.connections["even"].order)],
        )
        del emulator
    gc.collect()
    assert [one() for one in in_use] == [None] * len(in_use)


# ---------------------------------------------------------------- files and copies
@pytest.mark.parametrize("way", ["pickle", "copy", "deep copy", "file"])
def test_copies_have_lists(way, tmp_path):
    net = lists(5)
    before = arrays(net)
    path = net.save(tmp_path / "before.npz")
    emulator = Emulator(net)
    if way == "file":
        assert net.save(tmp_path / "after.npz").read_bytes() == path.read_bytes()
        made = Network.load(tmp_path / "after.npz")
    else:
        made = {"pickle": lambda x: pickle.loads(pickle.dumps(x)), "copy": copy.copy, "deep copy": copy.deepcopy}[way](
            net
        )
    if way in ("pickle", "deep copy", "file"):
        assert all(gone(c) == [] and held_of(c) is None for c in made.connections.values())
    one = copy.copy(net.connections["even"])
    assert gone(one) == [] and held_of(one) is None
    assert_equal(arrays(made), before)
    assert_same(Emulator(made).run(10), emulator.run(10))


def test_checkpoints_know_nothing_of_it(tmp_path):
    net, plain = lists(6), lists(6)
    emulator, other = Emulator(net), Emulator(net)
    for c in plain.connections.values():  # lists, as before
        assert gone(c) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_lists, "LEAST", 1 << 30)
        listed = Emulator(plain)
        assert all(gone(c) == [] for c in plain.connections.values())
    assert structure(emulator.image) == structure(listed.image)
    emulator.run(7)
    listed.run(7)
    path = emulator.save(tmp_path / "one.npz")
    assert listed.save(tmp_path / "two.npz").read_bytes() == path.read_bytes()
    other.restore(path)
    assert [p.packed for p in other.image.projections] == [p.packed for p in emulator.image.projections]
    listed.restore(path)
    assert_same(other.run(9), listed.run(9))
    other.set("odd", "weights", np.zeros(700, int))
    other.restore(path)
    assert np.array_equal(other.get("odd", "weights"), emulator.get("odd", "weights"))


def test_a_fresh_process_is_sent_lists():
    net = lists(7)
    wanted = Emulator(net).run(5)
    state = pickle.loads(pickle.dumps(net.connections["even"]))
    assert vars(state).keys() == vars(lists(7).connections["even"]).keys()
    assert_same(Emulator(pickle.loads(pickle.dumps(net))).run(5), wanted)


# ---------------------------------------------------------------- sizes
def test_what_is_there_already_takes_nothing_more():
    net = lists(8)
    with chosen(RING):
        sizes = image_sizes(net)
        emulator = Emulator(net)
        again = image_sizes(net, emulator.image.waits)
    names = [f'connection "{name}"' for name in net.connections]
    assert all(sizes[name] > 0 == again[name] for name in names)
    for other in (image_sizes(net, due=True), image_sizes(net, shares=2)):
        assert all(other[name] > 0 for name in names)
    del emulator
    assert image_sizes(net)[names[0]] == 0  # the network has them


# ---------------------------------------------------------------- matrices
@given(SEEDS, st.integers(-8, 7), st.integers(1, 8), st.booleans())
def test_a_matrix_by_a_table_is_the_one_that_is_computed(seed, weight_exp, weight_bits, delayed):
    rng = np.random.default_rng(seed)
    net = Network()
    source, cells = net.input("i", 5), net.population("c", 70, vth=9)
    form = {"weight_exp": weight_exp, "weight_bits": weight_bits, "delays": rng.integers(0, 3, (70, 5)) * delayed}
    c = net.connect(source, cells, rng.integers(-256, 255, (70, 5)), kind="dense", name="w", **form)
    by_table = Emulator(net).image
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acting, "FEW", 1 << 12)
        computed = Emulator(net.copy()).image
    assert (by_table.truncated, by_table.clipped, by_table.lost) == (
        computed.truncated,
        computed.clipped,
        computed.lost,
    )
    for mine, its in zip(by_table.projections, computed.projections, strict=True):
        assert mine.kind == its.kind
        if mine.kind == "dense":
            one, other = mine.description.parts[0], its.description.parts[0]
            assert np.array_equal(one.weights, other.weights) and (one.offset, one.shift) == (other.offset, other.shift)
        else:
            assert np.array_equal(mine.description.packed, its.description.packed)
    assert c.values.shape == (70, 5)
