"""Networks in files: what is read gives the same results, and is the same in every part."""

from dataclasses import fields, replace

import numpy as np
import pytest
from archives import read_archive
from damage import DAMAGES
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from plastic_convolutions import convolutions
from plastic_networks import networks
from profiles import at_most
from recipes import assert_same
from strategies import RULES, recipes

from loihi_emu import LOIHI1, LOIHI2, Conv2D, Emulator, LearningRule, Network, Noise, Trace
from loihi_emu.files.archive import write_archive
from loihi_emu.learning import pes
from loihi_emu.network.elements import Connection, Input, Population, Probe
from loihi_emu.network.file import KIND, SCHEMA
from loihi_emu.network.recipe import Recipe
from loihi_emu.run.structure import structure

pytestmark = UNHEEDED


def everything():
    """A network with one of everything that a file must hold."""
    net = Network("all", seed=7, chip=LOIHI2)
    rng = np.random.default_rng(3)
    poisson = net.input("a/b.c", 6, rate=np.linspace(0, 1, 6))
    image = net.population("image", (4, 4, 2), vth=60, bias=np.arange(32), noise=Noise("v", 9, 1, rng.random(32) < 0.5))
    maps = net.population("maps", (4, 4, 2), vth=90, noise=Noise("u", 8))
    events = net.input("events", 5, spikes=([0, 3, 9], [4, 0, 2]), payloads=[2, -3, 1])
    reward = net.input("reward", 1, spikes=([4, 9], [0, 0]), payloads=[5, -20])
    net.connect(poisson, image[3:30:4], rng.integers(-40, 99, (7, 6)), weight_bits=5, weight_exp=-1, name="slice")
    conv = Conv2D(rng.integers(0, 90, (2, 3, 1, 1)), padding=(1, 0), groups=2)
    net.connect(image, maps, conv, delays=3, sign_mode="excitatory")
    net.connect(events, maps, (np.array([0, 0, 4]), np.array([1, 1, 31]), np.array([9, 8, 7])), graded=True)
    net.connect(image, image, np.full((32, 32), 640), scaled=True, delays=rng.integers(0, 9, (32, 32)))
    rule = LearningRule(dw="x1*y0 + 2^-3*y3*x0", dt="x0*y1", x1=Trace(16.5, np.inf), y1=Trace(3, 2.5), t_epoch=3)
    plastic = net.connect(
        events, image, rng.integers(0, 50, (32, 5)), sign_mode="excitatory", learning=rule, factors={"y3": reward}
    )
    net.probe(image[4:9], ["v", "u"], every=3)
    net.probe(image, "spikes", neurons=[5, 6])
    net.probe(poisson)
    net.probe(plastic, ["weights", "tags"], every=2)
    return net


def same(one, other):
    """Whether two elements are equal, part by part."""
    if isinstance(one, Conv2D):  # the kernel's type is the user's; the connection's values count
        return repr(one) == repr(other) and np.array_equal(one.kernel, other.kernel)
    if isinstance(one, Recipe):
        return isinstance(other, Recipe) and one.settings() == other.settings()
    if isinstance(one, (Connection, Population, Input, Probe)):
        return type(one) is type(other) and all(
            same(getattr(one, f.name), getattr(other, f.name))
            for f in fields(one)
            if f.name not in ("pre", "post", "target")
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if hasattr(one, "items"):
        return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


def assert_equal(one, other):
    assert (one.name, one.rules, one.seed, one.chip) == (other.name, other.rules, other.seed, other.chip)
    for part in ("populations", "inputs", "connections"):
        a, b = getattr(one, part), getattr(other, part)
        assert list(a) == list(b)
        for name in a:
            assert same(a[name], b[name]), name
    assert len(one.probes) == len(other.probes)
    for a, b in zip(one.probes, other.probes, strict=True):
        assert same(a, b) and a.target.name == b.target.name
    for name, c in one.connections.items():
        d = other.connections[name]
        for a, b in ((c.pre, d.pre), (c.post, d.post)):
            assert (a.target.name, a.start, a.stop, a.step) == (b.target.name, b.start, b.stop, b.step)
            assert b.target is other[b.target.name]
    assert structure(Emulator(one).image) == structure(Emulator(other).image)


def test_every_part_comes_back(tmp_path):
    net = everything()
    path = net.save(tmp_path / "net")
    assert path.name == "net.npz"
    loaded = Network.load(tmp_path / "net")
    assert_equal(net, loaded)
    assert loaded.describe() == net.describe()
    assert_same(Emulator(loaded).run(40), Emulator(net).run(40))
    assert_equal(loaded, Network.load(loaded.save(tmp_path / "again")))


@pytest.mark.parametrize("rules", RULES)
@at_most(15)
@given(data=st.data())
def test_random_networks_give_the_same(tmp_path_factory, rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    net = recipe.network()
    loaded = Network.load(net.save(tmp_path_factory.mktemp("networks") / "net"))
    assert_equal(net, loaded)
    assert_same(Emulator(loaded).run(recipe.steps), recipe.run())


@pytest.mark.parametrize("plastic", [networks, convolutions])
@at_most(15)
@given(data=st.data())
def test_random_networks_that_learn_give_the_same(tmp_path_factory, plastic, data):
    net = data.draw(plastic())
    loaded = Network.load(net.save(tmp_path_factory.mktemp("networks") / "net"))
    assert_equal(net, loaded)
    assert_same(Emulator(loaded).run(20), Emulator(net).run(20))


@pytest.mark.parametrize("rules", ["brian2_loihi", "nengo_loihi"])
def test_peers_rules_that_learn(tmp_path, rules):
    net = Network(rules=rules)
    a, b = net.input("a", 3, rate=0.4), net.population("b", 4, vth=50, **({"vth_exp": 2} if "nengo" in rules else {}))
    error = net.input("error", 4, spikes=np.eye(4, dtype=int) * 9)
    if rules == "nengo_loihi":
        how = {"learning": pes(2**-6), "factors": {"y1": error}}
    else:
        how = {"learning": LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10), random=0.25)}
    net.connect(a, b, np.full((4, 3), 90), sign_mode="mixed", name="c", **how)
    net.probe("c", "weights")
    loaded = Network.load(net.save(tmp_path / "net"))
    assert_equal(net, loaded)
    assert_same(Emulator(loaded).run(30), Emulator(net).run(30))


def test_learning_that_is_off_and_tags_come_back(tmp_path):
    net = everything()
    name = list(net.connections)[-1]
    emulator = Emulator(net)
    emulator.set(name, "tags", 5)
    emulator.set(name, "learning", False)
    loaded = Network.load(emulator.network.save(tmp_path / "net"))
    assert_equal(emulator.network, loaded)
    assert not loaded.connections[name].learning.enabled
    assert Emulator(loaded).get(name, "tags").tolist() == emulator.get(name, "tags").tolist()


@pytest.mark.parametrize(
    "chip", [LOIHI1, LOIHI2, replace(LOIHI1, cores=4, name="small"), replace(LOIHI2, axons_in=99, sources=())]
)
def test_chips_come_back_with_their_facts(tmp_path, chip):
    net = Network(chip=chip)
    net.population("a", 1, vth=1)
    loaded = Network.load(net.save(tmp_path / "net"))
    assert loaded.chip == chip and loaded.chip.describe() == chip.describe()


@pytest.mark.parametrize(("damage", "texts"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_files_are_told(tmp_path, damage, texts):
    path = everything().save(tmp_path / "net")
    damage(path)
    complains(lambda: Network.load(path), [str(path), *texts])


def test_files_of_another_kind_are_told(tmp_path):
    emulator = Emulator(everything())
    emulator.run(3)
    complains(lambda: Network.load(emulator.save(tmp_path / "c")), ["a file of kind 'loihi_emu checkpoint'"])
    complains(lambda: Network.load(emulator.recording.save(tmp_path / "r")), ["a file of kind 'loihi_emu recording'"])
    complains(lambda: Network.load(tmp_path / "x"), ["no file"])


@pytest.mark.parametrize(
    ("changed", "texts"),
    [
        ({"rules": "chips"}, ['unknown rule set "chips"']),
        ({"chip": {"like": "Loihi 3"}}, ["chip.changed: got nothing"]),
        ({"chip": {"like": "Loihi 3", "changed": {}, "sources": None}}, ['unknown chip "Loihi 3"']),
        ({"nodes": [{"name": "a", "shape": [3]}]}, ["nodes[0].is: got None", '"input", "population"']),
        ({"probes": [{"target": "x", "variables": ["v"], "every": 1, "neurons": None, "view": "state"}]}, ['"x"']),
    ],
)
def test_headers_that_make_no_network_are_told(tmp_path, changed, texts):
    header, arrays = read_archive(everything().save(tmp_path / "net"), KIND, SCHEMA)
    path = write_archive(tmp_path / "changed", KIND, SCHEMA, header | changed, arrays)
    complains(lambda: Network.load(path), [str(path), *texts])
