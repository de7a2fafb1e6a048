"""Long lists of synapses: sorted by compiled kernels as NumPy sorts short ones, in few bytes, and none is copied."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED

from loihi_emu import Emulator, Network, ValidationError
from loihi_emu.network import listed

pytestmark = UNHEEDED

PARTS = ("indptr", "indices", "values", "delays", "order")


def lists(rng, count, n_pre, n_post, low=-100, high=100):
    return rng.integers(0, n_pre, count), rng.integers(0, n_post, count), rng.integers(low, high, count)


def connection(given_lists, sizes, **options):
    net = Network(rules=options.pop("rules", "chip"))
    return net.connect(net.input("i", sizes[0]), net.population("p", sizes[1], vth=1), given_lists, name="c", **options)


@pytest.fixture
def short(monkeypatch):
    """Pieces and blocks of a few synapses, so that a short list goes all the ways of a long one."""
    monkeypatch.setattr(listed, "LONG", 1)
    monkeypatch.setattr(listed, "PIECE", 50)


@given(
    seed=st.integers(0, 1 << 30), count=st.integers(1, 400), n_pre=st.integers(1, 90), n_post=st.integers(1, 900),
    kind=st.sampled_from([np.int64, np.int32, np.uint16, np.uint64, np.float64]), varied=st.booleans(),
    order=st.sampled_from(["auto", "given", "sorted"]), ready=st.booleans(), exponent=st.sampled_from([0, 3]),
)  # fmt: skip
def test_kernels_sort_as_numpy_does(seed, count, n_pre, n_post, kind, varied, order, ready, exponent):
    rng = np.random.default_rng(seed)
    before, after, values = lists(rng, count, n_pre, n_post)
    if ready:
        at = np.lexsort((after, before))
        before, after = before[at], after[at]
    given_lists = before.astype(kind), after.astype(kind), values.astype(kind if kind == np.float64 else np.int64)
    delays = rng.integers(0, 60, count).astype(kind) if varied else 7
    options = {"delays": delays, "order": order, "weight_exp": exponent}
    want = connection(given_lists, (n_pre, n_post), **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listed, "LONG", 1)
        patch.setattr(listed, "PIECE", 50)
        found = connection(given_lists, (n_pre, n_post), **options)
    for name in PARTS:
        one, other = getattr(want, name), getattr(found, name)
        assert (one is None) == (other is None), name
        assert one is None or (one.dtype == other.dtype and np.array_equal(one, other)), name
    assert want.ordered and found.ordered


def test_long_rows_are_sorted_by_counting(short):
    rng = np.random.default_rng(2)
    before, after, values = lists(rng, 3000, 2, 300)
    made = connection((before, after, values), (2, 300))
    at = np.lexsort((after, before))
    assert np.array_equal(made.indices, after[at]) and np.array_equal(made.values, values[at])
    assert np.array_equal(made.order, at)


@pytest.mark.parametrize("rules", ["float", "lava"])
def test_weights_of_other_rules(short, rules):
    rng = np.random.default_rng(3)
    before, after, _ = lists(rng, 200, 9, 9)
    values = rng.normal(size=200) if rules == "float" else rng.integers(-999, 999, 200)
    made = connection((before, after, values), (9, 9), rules=rules)
    assert made.values.dtype == (np.float64 if rules == "float" else np.int16)
    assert np.array_equal(made.as_given(made.values), values)
    whole = connection((before, after, 3), (9, 9), rules=rules)
    assert whole.values.dtype == (np.float64 if rules == "float" else np.int8) and set(whole.values.tolist()) == {3}


@pytest.mark.parametrize(
    ("n_post", "low", "high", "kinds"),
    [(10, -5, 100, "uint16 int8"), (65536, 0, 256, "uint16 uint8"), (65537, -200, 200, "int32 int16")],
)
@pytest.mark.parametrize("many", [False, True])
def test_arrays_are_as_narrow_as_they_fit(monkeypatch, n_post, low, high, kinds, many):
    monkeypatch.setattr(listed, "LONG", 1 if many else 1 << 20)
    rng = np.random.default_rng(4)
    before, after, values = lists(rng, 300, 10, n_post, low, high)
    values[:2], after[0] = (low, high - 1), n_post - 1
    made = connection((before, after, values), (10, n_post), delays=np.full(300, 60))
    assert f"{made.indices.dtype} {made.values.dtype}" == kinds and made.delays.dtype == np.uint8
    assert made.post_indices.tolist() == after.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": -1}, "pre indices: got -1 at index 150"),
        ({"after": 9}, "post indices: got 9 at index 150"),
        ({"values": 0.5}, "weights: got 0.5 at index 150"),
        ({"values": 300}, r"weights \(mixed\)"),
        ({"delays": 63}, "delays: got 63 at index 150, allowed is 0..62"),
        ({"delays": np.nan}, "delays: got nan at index 150"),
    ],
)
def test_errors_name_the_place_in_the_whole_list(short, change, message):
    rng = np.random.default_rng(5)
    before, after, values = lists(rng, 200, 9, 9)
    given_lists = {"before": before, "after": after, "values": values, "delays": np.zeros(200, int)}
    for name, wrong in change.items():
        given_lists[name] = given_lists[name].astype(float if isinstance(wrong, float) else int)
        given_lists[name][150] = wrong
    with pytest.raises(ValidationError, match=f'connection "c", {message}'):
        connection(tuple(list(given_lists.values())[:3]), (9, 9), delays=given_lists["delays"])


# ------------------------------------------------------------ the order given
def unordered(monkeypatch, **options):
    monkeypatch.setattr(listed, "LONG", 1)
    monkeypatch.setattr(listed, "MOST_ORDERED", 3)
    net = Network()
    net.connect(
        net.input("i", 3, spikes=([0, 1, 2], [0, 1, 2])), net.population("p", 3, vth=1000),
        ([2, 0, 1, 0], [0, 1, 2, 2], [4, 5, 6, 7]), delays=[3, 1, 2, 0], name="c", **options,
    )  # fmt: skip
    net.probe("p", "v")
    return net


def test_the_order_of_long_lists_is_kept_when_asked_for(monkeypatch):
    net = unordered(monkeypatch, order="given")
    assert Emulator(net).get("c", "weights").tolist() == [4, 5, 6, 7]
    net = unordered(monkeypatch, order="sorted")
    emulator = Emulator(net)
    assert emulator.get("c", "weights").tolist() == [5, 7, 6, 4]
    assert emulator.get("c", "delays").tolist() == [1, 0, 2, 3]
    assert net.connections["c"].pre_indices.tolist() == [0, 0, 1, 2]
    emulator.set("c", "weights", [1, 2, 3, 4])
    assert emulator.get("c", "given").tolist() == [1, 2, 3, 4]


def test_what_needs_an_order_that_was_not_kept_says_so(monkeypatch, tmp_path):
    net = unordered(monkeypatch)
    made, emulator = net.connections["c"], Emulator(net)
    assert made.order is None and not made.ordered and made.indices.tolist() == [1, 2, 2, 0]
    for action in (
        lambda: emulator.get("c", "weights"),
        lambda: emulator.get("c", "delays"),
        lambda: emulator.set("c", "weights", [1, 2, 3, 4]),
        lambda: made.pre_indices,
    ):
        with pytest.raises(
            ValidationError, match=r'a list of 4 synapses .* connect\(\.\.\., order="given"\) .*"sorted"'
        ):
            action()
    emulator.set("c", "weights", [[0, 0, 3], [1, 0, 0], [2, 4, 0]])
    assert emulator.network.connections["c"].values.tolist() == [1, 2, 4, 3]
    emulator.save(tmp_path / "point.npz")
    other = Emulator(net)
    other.restore(tmp_path / "point.npz")
    assert np.array_equal(other.run(9)["p.v"], emulator.run(9)["p.v"])
    again = Network.load(net.save(tmp_path / "net.npz")).connections["c"]
    assert not again.ordered and again.values.tolist() == made.values.tolist() and again.delays.dtype == np.uint8


def test_unknown_orders():
    with pytest.raises(ValueError, match='unknown order "giving": did you mean "given"'):
        connection(([0], [0], [1]), (1, 1), order="giving")


# ------------------------------------------------------------ memory
@pytest.mark.slow
@pytest.mark.parametrize("order", ["given", "sorted"])
def test_memory_of_a_long_list(order):
    count, rng = 5_000_000, np.random.default_rng(6)
    given_lists = lists(rng, count, 5000, 5000)
    delays = rng.integers(0, 60, count, dtype=np.int8)
    connection(([0, 0], [1, 0], [1, 1]), (2, 2))
    tracemalloc.start()
    made = connection(given_lists, (5000, 5000), delays=delays, order=order)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.synapses == count
    assert kept < (6 + 4 * (order == "given")) * count and peak < 16 * count + 60e6


@pytest.mark.slow
def test_memory_of_a_long_list_between_chosen_neurons():
    count, size, rng = 5_000_000, 5000, np.random.default_rng(7)
    given_lists, delays = lists(rng, count, size, size), rng.integers(0, 60, count, dtype=np.int8)
    connection(([0, 0], [1, 0], [1, 1]), (2, 2))
    net = Network()
    pre, post = net.input("i", size), net.population("p", size, vth=1)
    from_, to = rng.permutation(size), rng.permutation(size)
    tracemalloc.start()
    made = net.connect(pre[from_], post[to], given_lists, delays=delays, order="given")
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10 * count and peak < 16 * count + 60e6
    assert made.synapses == count


@pytest.mark.usefixtures("short")
@given(seed=st.integers(0, 1 << 30), count=st.integers(0, 300), order=st.sampled_from(["given", "sorted"]))
def test_lists_between_chosen_neurons(seed, count, order):
    rng = np.random.default_rng(seed)
    net = Network()
    pre, post = net.input("i", 30), net.population("p", 70, vth=1)
    from_, to = rng.permutation(30)[:20], rng.permutation(70)[:50]
    before, after, values = lists(rng, count, 20, 50)
    one = net.connect(pre[from_], post[to], (before, after, values), sign_mode="mixed", order=order)
    two = net.connect(pre, post, (from_[before], to[after], values), sign_mode="mixed", order=order)
    for part in PARTS:
        assert np.array_equal(getattr(one, part), getattr(two, part)), part
    for wrong in (([20], [0], [1]), ([0], [50], [1])):
        with pytest.raises(ValidationError, match=r"allowed is 0\.\.(19|49)"):
            net.connect(pre[from_], post[to], wrong)
