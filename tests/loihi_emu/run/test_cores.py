"""Emulators with several threads: not one bit is another, whatever the cut and whoever else wants the cores."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from profiles import at_most
from recipes import assert_equals_oracle
from strategies import RULES, recipes
from wide_networks import lava_learning_network, learning_network, wide_network

from loihi_emu import Emulator, LearningRule, Network, SimulationError, Trace
from loihi_emu.image import blocks
from loihi_emu.image.stores import chosen
from loihi_emu.image.watch import EVENT_SECONDS, SURGE_SECONDS
from loihi_emu.jit.together import cores
from loihi_emu.run import control
from loihi_emu.run import threads as number
from loihi_emu.run.built import Built

pytestmark = UNHEEDED
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""What is found is as small as it gets: another seed makes another network."""
COMPARED = ("spikes", "synaptic_events", "overflow", "convolution_wraps")


@pytest.fixture(autouse=True)
def large_machine(monkeypatch):
    """Also the shortest runs are done by all threads, and there are cores for them, as it seems."""
    monkeypatch.setattr(control, "WORTH_WAKING", 0.0)
    monkeypatch.setattr(number, "cores", lambda: 64)


def assert_same(one, other):
    """Two recordings hold the same."""
    assert {k: one.stats[k] for k in COMPARED} == {k: other.stats[k] for k in COMPARED}
    assert one.names == other.names
    for name in one.names:
        if name.endswith(".spikes"):
            a, b = one[name], other[name]
            assert np.array_equal(a.times, b.times) and np.array_equal(a.indices, b.indices), name
            assert (a.payloads is None) == (b.payloads is None)
            assert a.payloads is None or np.array_equal(a.payloads, b.payloads), name
        else:
            assert np.array_equal(one[name], other[name]), name


def owners(emulator):
    """How many threads have neurons."""
    return len({part.share for group in emulator.image.groups for part in group.parts})


# ---------------------------------------------------------------- results
@pytest.mark.slow
@pytest.mark.parametrize("rules", RULES)
@at_most(8, phases=FOUND)
@given(st.data())
def test_wide_networks_are_the_same_for_every_number_and_cut(rules, data):
    net = wide_network(rules, data.draw(st.integers(0, 1 << 30)))
    cuts = data.draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    want = Emulator(net).run(sum(cuts))
    for threads in (2, 3):
        emulator = Emulator(net, threads=threads)
        assert emulator.threads == threads and (owners(emulator) > 1 or rules == "nengo_loihi")
        for steps in cuts:
            emulator.run(steps)
        assert_same(emulator.recording, want)


@pytest.mark.parametrize("rules", RULES)
@at_most(10)
@given(st.data())
def test_random_networks_equal_the_oracle(rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    net = recipe.network()
    assert_equals_oracle(net, Emulator(net, threads=data.draw(st.integers(2, 4))).run(recipe.steps))


@at_most(5, phases=FOUND)
@given(st.integers(0, 1 << 30), st.integers(2, 4))
def test_learning_and_convolutions(seed, threads):
    net = learning_network(seed)
    one, other = Emulator(net), Emulator(net, threads=threads)
    assert_same(other.run(30), one.run(30))
    for name in ("first", "second", "shared"):
        assert len(other.image.learners[name].parts) > 1
        assert np.array_equal(other.get(name, "weights"), one.get(name, "weights"))
    assert len(other.image.group("image").parts) > 1


@pytest.mark.parametrize("rules", ["lava", "float"])
@at_most(3, phases=FOUND)
@given(st.integers(0, 1 << 30), st.integers(2, 4))
def test_learning_by_lavas_rules(tmp_path_factory, rules, seed, threads):
    net, path = lava_learning_network(rules, seed), tmp_path_factory.mktemp("lava") / "state"
    one, other = Emulator(net), Emulator(net, threads=threads)
    assert_same(other.run(20), one.run(20))
    other.save(path)
    for name in ("first", "second", "third"):
        assert len(other.image.learners[name].parts) > 1
        for variable in ("weights", "x1", "y1", "y2"):
            assert np.array_equal(other.get(name, variable), one.get(name, variable)), (name, variable)
    fresh = Emulator(net, threads=5 - threads)
    fresh.restore(path)
    assert_same(fresh.run(9), one.run(9))


def test_what_was_learned_goes_on_with_another_number(tmp_path):
    net = learning_network(5)
    emulators = [Emulator(net), Emulator(net, threads=3)]
    for k, emulator in enumerate(emulators):
        emulator.run(7)
        emulator.set("first", "weights", np.arange(2300 * 64).reshape(2300, 64) % 60)
        emulator.set("second", "y1", 5)
        emulator.run(6)
        emulator.save(tmp_path / f"{k}.npz")
    for k, emulator in enumerate(emulators):
        emulator.restore(tmp_path / f"{1 - k}.npz")
    assert_same(emulators[0].run(8), emulators[1].run(8))
    for name in ("first", "second"):
        for variable in ("weights", "x1", "y1"):
            assert np.array_equal(*(emulator.get(name, variable) for emulator in emulators)), variable
    for emulator in emulators:
        emulator.reset()
    assert_same(emulators[0].run(8), emulators[1].run(8))


def uneven_network(how):
    """A connection is recorded while a rule changes it that visits all synapses, so that its targets weigh more."""
    rng = np.random.default_rng(6)
    net = Network(seed=6)
    drive = net.input("drive", 20, rate=0.3)
    cells, other = net.population("cells", 2300, vth=900), net.population("other", 2300, vth=900)
    lists = rng.integers(0, 20, 9000), rng.integers(0, 2300, 9000), rng.integers(0, 200, 9000)
    weights = lists if how == "list" else rng.integers(0, 200, (2300, 20))
    rule = LearningRule("2^-4*u0*x1 + 0*t*x0", dt="x0", x1=Trace(16, 10))
    net.connect(drive, cells, weights, learning=rule, name="learns", sign_mode="excitatory")
    net.connect(drive, other, rng.integers(0, 200, (2300, 20)))
    net.probe("learns", ["weights", "tags"], every=2)
    return net


@pytest.mark.parametrize("how", ["list", "matrix"])
@pytest.mark.parametrize(("variable", "value"), [("dw", "2^-4*x0 + 0*t*x0"), ("t_epoch", 8)])
def test_what_was_recorded_stays_when_a_rule_is_set_that_costs_less(how, variable, value):
    emulators = [Emulator(uneven_network(how), threads=threads) for threads in (1, 3)]
    for emulator in emulators:
        emulator.run(9)
        emulator.set("learns", variable, value)
        emulator.run(5)
    assert_same(emulators[1].recording, emulators[0].recording)


@pytest.mark.parametrize("how", ["list", "matrix"])
def test_what_learned_in_samples_elsewhere_is_divided_here(how):
    samples = {"drive": np.full((3, 20), 0.3)}
    want = Emulator(uneven_network(how)).run_samples(5, samples)
    emulator = Emulator(uneven_network(how), threads=3)
    with ThreadPoolExecutor(1) as executor:
        assert_same(emulator.run_samples(5, samples, executor=executor), want)


def delayed_network():
    """Populations onto each of which only sparse synapses with delays come, from all."""
    rng = np.random.default_rng(3)
    net = Network("delayed", seed=3)
    sizes = {"a": 9000, "b": 300, "c": 7000, "d": 8500, "e": 40}
    for k, (name, size) in enumerate(sizes.items()):
        net.probe(net.population(name, size, vth=300 + k, bias=rng.integers(0, 900, size), bias_exp=3, dv=300))
    for name, size in sizes.items():
        for other, many in sizes.items():
            n = 4 * max(size, many)
            weights, delays = rng.integers(-99, 100, n), rng.integers(1, 30, n)
            net.connect(name, other, (rng.integers(0, size, n), rng.integers(0, many, n), weights), delays=delays)
    return net


@pytest.mark.parametrize(
    ("threads", "store"), [(2, "due"), *(pytest.param(3, store, marks=pytest.mark.slow) for store in ("due", "ring"))]
)
def test_populations_of_which_each_thread_has_some(tmp_path, threads, store):
    net = delayed_network()
    want = Emulator(net).run(90)
    assert min(want.stats["spikes"].values()) > 0
    with chosen(store):
        emulator, other = Emulator(net, threads=threads), Emulator(net, threads=5 - threads)
        assert len(emulator.image.groups[0].parts) > threads
        emulator.run(40)
        emulator.save(tmp_path / "state.npz")
        other.restore(tmp_path / "state.npz")
        emulator.run(50)
        other.run(50)
    assert_same(emulator.recording, want)
    for name in net.populations:
        assert np.array_equal(other.get(name, "v"), emulator.get(name, "v"))


@pytest.mark.parametrize("threads", [2, 3])
def test_all_that_is_done_between_runs(tmp_path, threads):
    net = wide_network("chip", 7)
    emulators = [Emulator(net), Emulator(net, threads=threads)]
    found = []
    for k, emulator in enumerate(emulators):
        emulator.run(5)
        emulator.set("many", "vth", np.arange(4200) % 50 + 1)
        emulator.set("some", "v", 100)
        emulator.set("dense", "weights", 2 * np.ones((4200, 30), int))
        emulator.run(3)
        emulator.set_input("drawn", rate=np.linspace(0, 0.2, 3000))
        emulator.set_input("listed", spikes=([9, 10, 11], [3, 30, 49]))
        emulator.save(tmp_path / f"{k}.npz")
        emulator.run(6, to=tmp_path / f"{k}.rec")
        seen = emulator.step({"listed": [1, 7]})
        emulator.forget()
        emulator.run(4)
        found.append((seen, emulator.recording, emulator.get("many", "u"), emulator.get("dense", "weights")))
    for (a, b), same in zip(zip(*found, strict=True), (_same_seen, assert_same, _equal, _equal), strict=True):
        same(a, b)
    rows = [type(found[0][1]).load(tmp_path / f"{k}.rec") for k in range(2)]
    assert_same(*rows)
    for k, emulator in enumerate(emulators):  # the checkpoint of each in the other
        emulator.restore(tmp_path / f"{1 - k}.npz")
    assert_same(emulators[0].run(8), emulators[1].run(8))
    for emulator in emulators:
        emulator.reset()
    assert_same(emulators[0].run(8), emulators[1].run(8))


def _equal(a, b):
    assert np.array_equal(a, b)


def _same_seen(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert np.array_equal(a[name], b[name])


def test_samples():
    net = wide_network("chip", 3)
    rng = np.random.default_rng(1)
    inputs = {"drawn": rng.random((3, 3000)) / 9, "listed": (rng.random((3, 6, 50)) < 0.1).astype(int)}
    one, other = (Emulator(net, threads=n).run_samples(6, inputs) for n in (1, 3))
    assert_same(other, one)
    assert np.array_equal(one.spike_counts("many"), other.spike_counts("many"))


def test_overflow_stops_all_threads():
    net = Network()
    net.population("cells", 5000, vth=131_071, bias=4000, bias_exp=7, dv=0)
    emulator = Emulator(net, overflow="raise", threads=2)
    complains(lambda: emulator.run(1000), ["cells", "left their fields"], SimulationError)
    assert emulator.run(0).steps == 0 and emulator.step > 0


def test_little_to_record_stops_all_at_the_same_step(monkeypatch):
    """Recorders run out of room again and again."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1 << 19)  # 26 rows
    net = Network()
    net.population("cells", 5000, vth=1, bias=np.arange(5000) % 60)
    net.probe("cells", ["spikes", "v"])
    assert_same(Emulator(net, threads=3).run(200), Emulator(net).run(200))


# ---------------------------------------------------------------- other programs
BUSY = "while True: pass"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "arguments", "steps"),
    [(wide_network, ("chip", 5), 400), (learning_network, (4,), 60), (lava_learning_network, ("lava", 4), 40)],
    ids=["wide", "learning", "Lava"],
)
def test_more_threads_than_cores_while_others_want_them(monkeypatch, make, arguments, steps):
    monkeypatch.setattr(number, "cores", cores)
    net = make(*arguments)
    want = Emulator(net).run(steps)
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2 * cores())]
    try:
        with pytest.warns(UserWarning, match=f"{cores() + 2} threads on {cores()} core"):
            emulator = Emulator(net, threads=cores() + 2)
        assert_same(emulator.run(steps), want)
    finally:
        for other in others:
            other.kill()
            other.wait()


# ---------------------------------------------------------------- how many
@pytest.mark.slow
@pytest.mark.parametrize("shares", [1, 2])
def test_a_chunk_ends_early_when_all_begin_to_fire(shares):
    net = Network()
    cells = net.population("cells", 3000, vth=10)
    net.connect(cells, cells, np.full((3000, 3000), 1, np.int8))
    built = Built(net, shares)
    assert built.image.levels.watched
    assert built._pacer._steps(2000) == 2000  # rest
    built.image.group("cells").parameters["cells"]["bias"] = np.asarray(4000)
    built.image.refresh(built.image.group("cells"))
    a_step = 3000 * 3000 * EVENT_SECONDS["dense"]
    for _ in range(2):
        assert built._pacer._steps(2000) == pytest.approx(SURGE_SECONDS / a_step, abs=2)


def test_small_networks_are_not_watched():
    net = Network()
    net.population("cells", 100, vth=10)
    net.connect("cells", "cells", np.ones((100, 100), int))
    assert not Emulator(net).image.levels.watched


def test_a_network_that_cannot_be_cut_is_run_by_one():
    net = Network()
    net.population("cells", 100, vth=9)
    emulator = Emulator(net, threads=2)
    assert emulator.threads == 1 and len(emulator.image.shares) == 1


def test_one_thread_has_no_barrier_and_joins_nothing():
    emulator = Emulator(wide_network("chip", 1))
    names = {leaf.name.partition(".")[0] for leaf, _ in emulator.image.program.calls}
    assert not names & {"barrier", "gather"} and emulator._team is None and not emulator.image.programs


def test_auto_takes_one_for_little_and_all_for_much():
    little, much = Network(), Network()
    little.population("cells", 3000, vth=9)
    much.population("cells", 1_000_000, vth=9)
    assert Emulator(little, threads="auto").threads == 1
    assert Emulator(much, threads="auto").threads == 64


@pytest.mark.parametrize("threads", [0, -1, 1.5, "all", None, True, 2000])
def test_numbers_that_are_none(threads):
    complains(lambda: Emulator(wide_network("chip", 1), threads=threads), ["Emulator", "threads", "auto"])


def test_the_number_stays():
    emulator = Emulator(wide_network("chip", 1), threads=2)
    with pytest.raises(AttributeError, match="threads=2"):
        emulator.threads = 3


def test_short_runs_are_done_by_one_thread(monkeypatch):
    monkeypatch.setattr(control, "WORTH_WAKING", 1e9)
    net = wide_network("chip", 9)
    assert_same(Emulator(net, threads=3).run(9), Emulator(net).run(9))
