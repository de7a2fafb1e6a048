"""Sizes are known before anything large is allocated: one error that says what takes how much, and what to do."""

import pickle
import tracemalloc

import numpy as np
import pytest
import scipy.sparse
from messages import UNHEEDED

from loihi_emu import (
    Conv2D,
    Emulator,
    LearningRule,
    LoihiEmuError,
    Network,
    Noise,
    Trace,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    quantize,
    uniform,
)  # fmt: skip
from loihi_emu.errors import OutOfMemoryError
from loihi_emu.image.sizes import image_sizes
from loihi_emu.image.stores import chosen
from loihi_emu.memory.free import Free
from loihi_emu.memory.room import room_for, size_text

pytestmark = UNHEEDED

MOST = (1 << 31) - 1
LARGE_MATRIX = (100_000, 100_000)
STDP = LearningRule(dw="2^-2*x1*y0", x1=Trace(10, 5), y1=Trace(10, 5))


@pytest.fixture(autouse=True)
def eight_gigabytes(monkeypatch):
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(8_000_000_000, "a test's limit"))


def refused(action, *texts, most=1 << 26):
    """One error of ours that is a MemoryError, raised before much was allocated."""
    tracemalloc.start()
    try:
        with pytest.raises(OutOfMemoryError) as caught:
            action()
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
    error = caught.value
    assert isinstance(error, MemoryError) and isinstance(error, LoihiEmuError)
    for text in (*texts, "8 GB are free (a test's limit)"):
        assert text in str(error), (text, str(error))
    assert error.need > error.free == 8_000_000_000 and sum(error.parts.values()) == error.need
    return error


# ---------------------------------------------------------------- networks
def cells(size, **more):
    net = Network("large", **more)
    return net, net.population("c", size, vth=100)


@pytest.mark.parametrize("size", [500_000_000, MOST])
def test_populations_that_do_not_fit(size):
    texts = 'network "large": needs', 'population "c": state', "fewer neurons"
    error = refused(lambda: Emulator(cells(size)[0]), *texts)
    assert error.where == 'network "large"' and error.parts['population "c": spikes of a step'] == 4 * size
    assert pickle.loads(pickle.dumps(error)).args == error.args


def test_recorders_inputs_rings_and_maps_are_named():
    net, c = cells(100_000_000)
    net.probe(c, ["spikes", "v"])
    net.connect(net.input("i", 1), c, ([0], [1], [1]), delays=62)
    text = str(refused(lambda: Emulator(net), "ring of 63 slots 25.2 GB", "recorder of c.v 400 MB"))
    assert text.index("ring") < text.index("recorder of c.v")  # the largest comes first
    net = Network()
    net.input("i", MOST, rate=0.1)
    refused(lambda: Emulator(net), 'input "i" 34.4 GB')
    net = Network()
    image = net.input("image", (30_000, 30_000, 1))
    net.connect(image, net.population("maps", (30_000, 30_000, 2), vth=1), Conv2D(np.ones((2, 1, 1, 1), int)))
    refused(lambda: Emulator(net), 'population "maps": ring of 1 slots 7.2 GB')


def test_a_probe_of_a_part_of_many_neurons():
    net, c = cells(MOST)
    refused(lambda: net.probe(c[::2], "v"), 'probe on "c"', "1,073,741,824 neurons")
    net.probe(c, "v")  # of all takes nothing yet


def test_a_large_network_is_described_without_memory():
    tracemalloc.start()
    net, c = cells(MOST)
    net.probe(c, ["spikes", "u", "v"])
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    assert image_sizes(net)['population "c": state'] > 2 * 9 * MOST


@pytest.mark.parametrize("strategy", ["greedy", "traffic"])
def test_placing_more_neurons_than_memory_holds(strategy):
    net, _ = cells(500_000_000)
    refused(lambda: net.place(strategy=strategy), 'network "large", place', 'population "c": places 12 GB')


# ---------------------------------------------------------------- what is given
@pytest.mark.parametrize(
    "weights",
    [
        1,
        np.broadcast_to(np.int8(1), LARGE_MATRIX),
        np.broadcast_to(1.0, LARGE_MATRIX),
        np.broadcast_to(True, LARGE_MATRIX),
    ],
    ids=["a number", "bytes", "floats", "booleans"],
)
@pytest.mark.parametrize("more", [{}, {"learning": STDP, "sign_mode": "excitatory"}], ids=["fixed", "learning"])
def test_weights_that_do_not_fit(weights, more):
    net, c = cells(100_000)
    refused(lambda: net.connect(c, c, weights, name="w", **more), 'connection "w"', "110 GB")


def test_lists_that_do_not_fit():
    net, c = cells(100_000)
    many = np.broadcast_to(0, 10**10)
    refused(lambda: net.connect(c, c, (many, many, 1), name="w"), 'connection "w"', "10,000,000,000 synapses 120 GB")


def test_other_values_that_do_not_fit():
    net, c = cells(10)
    source = net.input("i", 10)
    net.connect(source, c, np.ones((10, 10), int), name="w")
    emulator = Emulator(net)
    many = np.broadcast_to(1, 10**10)
    frames = np.broadcast_to(np.int8(1), (10**9, 10))
    for action in (
        lambda: net.population("p", MOST, vth=many),
        lambda: Noise("v", 3, enabled=many),
        lambda: net.input("j", 10, spikes=frames),
        lambda: net.input("j", 10, rate=many),
        lambda: emulator.set("w", "weights", np.broadcast_to(1, LARGE_MATRIX)),
        lambda: emulator.set("c", "v", many),
        lambda: emulator.set_input("i", spikes=(many, many)),
        lambda: emulator.set_input("i", spikes=frames),
        lambda: emulator.run_samples(9, {"i": np.broadcast_to(np.int8(1), (10**8, 9, 10))}),
        lambda: emulator.run_samples(9, {"i": np.broadcast_to(True, (10**8, 9, 10))}),
        lambda: quantize(np.broadcast_to(0.5, LARGE_MATRIX), vth=1.0),
    ):
        refused(action)
    assert emulator.run(3).steps == 3


def test_sparse_matrices_that_would_become_plain_ones():
    net, c = cells(60_000)
    small = net.input("i", 3)
    net.connect(small, c[:3], np.eye(3, dtype=int), name="w", kind="dense")
    few = scipy.sparse.csr_matrix(([1], ([5], [6])), shape=(60_000, 60_000))
    connect = lambda: net.connect(c, c, np.broadcast_to(np.int8(1), (60_000, 60_000)), delays=few)  # noqa: E731
    refused(connect)
    with pytest.raises(ValueError, match=r"shape \(60000, 60000\)"):
        Emulator(net).set("w", "weights", few)


# ---------------------------------------------------------------- the figures
def varied(rng, n):
    net = Network()
    net.population("c", n, vth=rng.integers(1, 99, n), bias=rng.integers(1, 99, n))
    return net


def dense(rng, n, **more):
    net = Network(**more)
    values = rng.integers(0, 255, (n, n)) if more.get("rules") != "float" else rng.random((n, n))
    net.connect(net.input("i", n, rate=0.1), net.population("c", n, vth=100), values)
    return net


def sparse(rng, n):
    net = Network()
    c = net.population("c", n, vth=100)
    k = 4 * n
    lists = rng.integers(0, n, k), rng.integers(0, n, k), rng.integers(0, 99, k)
    net.connect(c, c, lists, delays=rng.integers(0, 30, k))
    net.probe(c, ["spikes", "v"])
    return net


def large(rng, n, delays=0, **more):
    net = Network()
    c = net.population("c", n, vth=100)
    if more:
        net.connect(c, c, weights=uniform(1, 90), delays=delays, **more)
    else:
        k, steps = 150 * n, delays if isinstance(delays, int) else rng.integers(0, delays.high, 150 * n)
        net.connect(c, c, (rng.integers(0, n, k), rng.integers(0, n, k), rng.integers(0, 99, k)), delays=steps)
    return net


def plastic(rng, n, **more):
    net = Network(**more)
    i, c = net.input("i", n, rate=0.1), net.population("c", n, vth=100)
    net.probe(net.connect(i, c, rng.integers(0, 255, (n, n)), learning=STDP), "weights")
    return net


def conv(rng, n):
    net = Network()
    i, c = net.input("i", (n, n, 4), rate=0.01), net.population("c", (n - 2, n - 2, 32), vth=9)
    net.connect(i, c, Conv2D(rng.integers(0, 99, (32, 3, 3, 4))))
    return net


@pytest.mark.parametrize(
    ("make", "n"),
    [
        (lambda rng, n: cells(n)[0], 300_000),
        (varied, 300_000),
        (dense, 1000),
        (lambda rng, n: dense(rng, n, rules="float"), 1000),
        (sparse, 100_000),
        (plastic, 1000),
        (lambda rng, n: plastic(rng, n, rules="float"), 1000),
        (conv, 100),
    ],
    ids=["uniform", "varied", "dense", "float", "sparse", "plastic", "plastic float", "conv"],
)
def test_figures_are_those_of_the_image(make, n):
    held, peak, sizes = measured(lambda: make(np.random.default_rng(1), n))
    assert sum(sizes.values()) - sizes["while it is built"] == pytest.approx(held, rel=0.05, abs=120_000)
    assert 0.5 * peak < sum(sizes.values()) < 1.4 * peak


@pytest.mark.slow
@pytest.mark.parametrize("store", ["ring", "due"])
@pytest.mark.parametrize("delays", [0, uniform(0, 40)])
@pytest.mark.parametrize(
    "synapses",
    [None, fixed_in_degree(150), fixed_out_degree(150), fixed_probability(0.0075), fixed_total_number(3_000_000)],
)
def test_what_many_synapses_need_at_the_most_is_known_within_a_fifth(synapses, delays, store):
    made = {} if synapses is None else {"synapses": synapses}
    with chosen(store):
        _, peak, sizes = measured(lambda: large(np.random.default_rng(1), 20_000, delays, **made))
    assert sum(sizes.values()) == pytest.approx(peak, rel=0.2), (sizes, peak)


def measured(make):
    """What an image takes, what it takes at the most while it is built, and what that was said to be."""
    emulator, net = Emulator(make()), make()  # what is made once for all comes before
    sizes = image_sizes(net, emulator.image.waits)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    emulator = Emulator(net)
    held, peak = (x - before for x in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    return held, peak, sizes


def test_what_fits_is_let_through_and_what_is_small_is_not_looked_at(monkeypatch):
    room_for("it", {"a": 7_000_000_000, "b": 1_000_000_000})
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: None)
    room_for("it", {"a": 1 << 60})
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: pytest.fail("looked"))
    room_for("it", {"a": 1000})


def test_few_parts_are_named_and_the_rest_is_added_up():
    with pytest.raises(OutOfMemoryError, match=r"part 19 20 GB, part 18 19 GB, .*, 12 more 78 GB\. Do this\."):
        room_for("it", {f"part {k}": (k + 1) * 10**9 for k in range(20)}, "Do this.")


def test_sizes_in_words():
    assert [size_text(n) for n in (0, 1500, 2 * 10**6, 2**31, 5 * 10**15)] == [
        "0 bytes", "1.5 kB", "2 MB", "2.15 GB", "5,000 TB",
    ]  # fmt: skip
