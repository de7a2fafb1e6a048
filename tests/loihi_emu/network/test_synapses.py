"""Weights as users give them: every form, and one clear error for each mistake."""

import numpy as np
import pytest
from messages import complains
from scipy import sparse

from loihi_emu import Conv2D, Emulator, Network, UnknownNameError

W = np.arange(12).reshape(4, 3)


@pytest.fixture
def connect():
    """Connects a new "a" (3 inputs) to a new "b" (4 neurons)."""

    def made(weights, rules="chip", **options):
        net = Network("n", rules=rules)
        return net.connect(net.input("a", 3), net.population("b", 4, vth=10), weights, **options)

    return made


# ---------------------------------------------------------------- forms
@pytest.mark.parametrize(
    "weights",
    [W, W.tolist(), W.astype(float), sparse.csr_matrix(W), sparse.coo_array(W),
     (np.tile([0, 1, 2], 4)[::-1], np.repeat([0, 1, 2, 3], 3)[::-1], W.ravel()[::-1])],
)  # fmt: skip
def test_all_forms_mean_the_same(connect, weights):
    c = connect(weights)
    if c.kind == "dense":
        found = c.values
    else:
        found = np.zeros((4, 3), int)
        found[c.indices, np.repeat(np.arange(3), np.diff(c.indptr))] = c.values
    assert found.tolist() == W.tolist()
    assert c.sign_mode == "excitatory" and c.name == "a->b"


def test_a_scalar_connects_all_to_all(connect):
    assert connect(7).values.tolist() == [[7] * 3] * 4


def test_arrays_with_few_weights_are_stored_sparse(connect):
    few = np.zeros((4, 3), int)
    few[2, 1] = 5
    assert connect(few).kind == "sparse" and connect(few, kind="dense").kind == "dense"
    assert connect(W, kind="sparse").kind == "sparse"


def test_default_names_are_numbered():
    net = Network()
    a, b = net.input("a", 1), net.population("b", 1, vth=1)
    net.population("a->b (2)", 1, vth=1)
    assert [net.connect(a, b, 1).name for _ in range(3)] == ["a->b", "a->b (3)", "a->b (4)"]


def test_what_a_user_changes_later_does_not_change_the_network(connect):
    mine = W.copy()
    c = connect(mine)
    mine[:] = 99
    assert c.values.tolist() == W.tolist()


# ---------------------------------------------------------------- weights
@pytest.mark.parametrize(
    ("weights", "texts"),
    [
        (W * 0.5, ["weights", "got 0.5 at index (0, 1) (and 5 more of 12)", "whole numbers", "loihi_emu.quantize()"]),
        (W.T, ["weights", "shape (3, 4)", "(n_post, n_pre) = (4, 3)", "transpose", ".T"]),
        (np.ones((5, 5), int), ["weights", "shape (5, 5)", "(4, 3)"]),
        (np.ones(3, int), ["weights", "shape (3,)", "(4, 3)"]),
        (W[:, :, None], ["weights", "shape (4, 3, 1)", "(4, 3)"]),
        (W * np.nan, ["weights", "got nan at index (0, 0)", "finite numbers"]),
        (np.full((4, 3), np.inf), ["weights", "got inf", "finite numbers"]),
        ("abc", ["weights", "'abc'", "array of real numbers"]),
        (None, ["weights", "None", "array of real numbers"]),
        ([[1, 2], [3]], ["weights", "lists of different lengths"]),
        (W + 300, ["weights (excitatory)", "got 300", "0..255", "loihi_emu.quantize()"]),
        (-W - 300, ["weights (inhibitory)", "got -300", "-255..0"]),
        (np.array([-1, 0, 1] * 4).reshape(4, 3) * 255, ["weights (mixed)", "got 255", "-256..254"]),
        (([0], [1]), ["weights", "a tuple of 2", "(pre indices, post indices, values)"]),
        (([0, 1], [1], [5]), ["shapes (2,), (1,), (1,)", "three lists of equal length"]),
        (([0, 1], [1, 2], [5, 6, 7]), ["shapes (2,), (2,), (3,)", "three lists of equal length"]),
        (([0, 3], [1, 2], [5, 6]), ["pre indices", "got 3 at index 1", "0..2"]),
        (([0, 2], [1, 4], [5, 6]), ["post indices", "got 4 at index 1", "0..3"]),
        (([0, -1], [1, 2], [5, 6]), ["pre indices", "got -1"]),
        (([0.5], [1], [5]), ["pre indices", "got 0.5"]),
        (([0], [1], [0.5]), ["weights", "got 0.5", "loihi_emu.quantize()"]),
        (sparse.csr_matrix(W.T), ["weights", "shape (3, 4)", "transpose"]),
        (sparse.csr_matrix(W * 0.5), ["weights", "got 0.5", "loihi_emu.quantize()"]),
        (sparse.csr_matrix(W * np.nan), ["weights", "got nan"]),
    ],
)
def test_bad_weights(connect, weights, texts):
    complains(lambda: connect(weights), ['connection "a->b"', *texts])


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"delays": 63}, ["delays", "got 63", "0..62", "step t + 1 + delay"]),
        ({"delays": -1}, ["delays", "got -1", "0..62"]),
        ({"delays": 1.5}, ["delays", "got 1.5", "whole"]),
        ({"delays": W.T}, ["delays", "shape (3, 4)", "transpose"]),
        ({"delays": [1, 2, 3]}, ["delays", "shape (3,)", "(4, 3)"]),
        ({"delays": W * 10}, ["delays", "got 70 at index (2, 1) (and 4 more of 12)", "0..62"]),
        ({"delays": sparse.csr_matrix(W.T)}, ["delays", "shape (3, 4)", "transpose"]),
        ({"weight_exp": 8}, ["weight_exp", "got 8", "-8..7", "loihi_emu.quantize"]),
        ({"weight_exp": "1"}, ["weight_exp", "'1'"]),
        ({"weight_exp": [1, 2]}, ["weight_exp", "shape (2,)", "one whole number"]),
        ({"weight_bits": 9}, ["weight_bits", "got 9", "1..8"]),
        ({"weight_bits": 0}, ["weight_bits", "got 0", "1..8"]),
        ({"sign_mode": "exc"}, ['unknown sign mode "exc"', '"excitatory"']),
        ({"sign_mode": "inhibitory"}, ["weights (inhibitory)", "got 1", "-255..0", 'sign_mode="mixed"']),
        ({"kind": "spase"}, ['unknown kind "spase"', 'did you mean "sparse"']),
        ({"kind": "conv"}, ["kind", "'conv'", '"auto" or "dense" for these weights']),
        ({"graded": "no"}, ["graded", "'no'", "True or False"]),
        ({"scaled": "yes"}, ["scaled", "got 'yes'", "True or False"]),
        ({"name": 4}, ["name", "got 4", "a text"]),
    ],
)
def test_bad_options(connect, options, texts):
    complains(lambda: connect(W, **options), ["connection", *texts])


def test_misspelt_options_are_not_swallowed(connect):
    with pytest.raises(TypeError, match="delay"):
        connect(W, delay=3)


@pytest.mark.parametrize("delays", [sparse.csr_matrix(W.T), sparse.csr_matrix(W * 20), W.T, [1, 2]])
def test_bad_delays_of_sparse_weights(connect, delays):
    complains(lambda: connect(sparse.csr_matrix(W), delays=delays), ['connection "a->b", delays'])
    complains(lambda: connect(([0], [1], [5]), delays=[1, 2]), ["delays", "shape (2,)", "a scalar or 1 values"])


def test_float_rules_take_floats_but_no_precision(connect):
    assert connect(W * 0.5, rules="float").values.dtype == np.float64
    complains(lambda: connect(W * 0.5, rules="float", weight_exp=1), ["weight_exp", "8, 1", "float rules"])
    complains(lambda: connect(W * 0.5, rules="float", scaled=True), ["scaled", "False under float rules"])
    complains(lambda: connect(W + np.inf, rules="float"), ["weights", "finite"])


def test_where_connections_may_go():
    net, other = Network("mine"), Network("theirs")
    a, b = net.input("a", 3), net.population("b", 4, vth=1)
    foreign = other.input("a", 3)
    complains(lambda: net.connect(b, a, W.T), ['input "a"', "a population"])
    texts = ["pre", "of another network", 'network "mine"', "population() and input()"]
    complains(lambda: net.connect(foreign, b, W), texts)
    complains(lambda: net.connect("aa", b, W), ['"aa"', 'did you mean "a"'], UnknownNameError)
    complains(lambda: net.connect(None, b, W), ["pre", "None", "a population, an input, their name or a slice"])
    complains(lambda: net.connect(a, net.connect(a, b, W), W), ["post", "a population, an input"])
    assert list(net.connections) == ["a->b"]


# ---------------------------------------------------------------- convolutions
@pytest.mark.parametrize(
    ("kernel", "options", "texts"),
    [
        (np.ones((3, 3)), {}, ["kernel", "shape (3, 3)", "(C_out, KH, KW, C_in / groups)"]),
        (np.ones((0, 3, 3, 1)), {}, ["kernel", "shape (0, 3, 3, 1)"]),
        ("abc", {}, ["kernel", "'abc'"]),
        (np.ones((2, 3, 3, 1)), {"stride": 0}, ["stride", "got 0", "1..32768"]),
        (np.ones((2, 3, 3, 1)), {"stride": 1.5}, ["stride", "got 1.5", "an integer or two"]),
        (np.ones((2, 3, 3, 1)), {"stride": (1, 2, 3)}, ["stride", "(1, 2, 3)", "an integer or two"]),
        (np.ones((2, 3, 3, 1)), {"stride": None}, ["stride", "None"]),
        (np.ones((2, 3, 3, 1)), {"padding": -1}, ["padding", "got -1"]),
        (np.ones((2, 3, 3, 1)), {"padding": "same"}, ["padding", "'same'"]),
        (np.ones((2, 3, 3, 1)), {"dilation": (1, 0)}, ["dilation", "got 0 at index 1"]),
        (np.ones((3, 3, 3, 1)), {"groups": 2}, ["groups", "got 2", "a divisor of the 3 output channels"]),
        (np.ones((3, 3, 3, 1)), {"groups": 0}, ["groups", "got 0", "1..3"]),
        (np.ones((3, 3, 3, 1)), {"groups": 1.5}, ["groups", "got 1.5"]),
    ],
)
def test_bad_kernels(kernel, options, texts):
    complains(lambda: Conv2D(kernel, **options), ["Conv2D", *texts])


def test_convolutions_need_shapes_that_fit():
    net = Network()
    image, flat = net.input("image", (8, 8, 2)), net.input("flat", 128)
    out, wrong = net.population("out", (6, 6, 4), vth=1), net.population("wrong", (8, 8, 4), vth=1)
    conv = Conv2D(np.ones((4, 3, 3, 2), int))
    assert net.connect(image, out, conv).kind == "conv"
    texts = ["post shape", "(8, 8, 4)", "(6, 6, 4) for this kernel"]
    complains(lambda: net.connect(image, wrong, conv), ['connection "image->wrong"', *texts])
    texts = ["input shape", "(128,)", "(height, width, 2)", "Give the population a shape"]
    complains(lambda: net.connect(flat, out, conv), texts)
    complains(lambda: net.connect(image[:64], out, conv), ["image[0:64]", "whole populations"])
    complains(lambda: net.connect(image, out, conv, delays=[1, 2]), ["delays", "one delay for a convolution"])
    complains(lambda: net.connect(image, out, conv, kind="dense"), ["kind", "'dense'", '"conv" for Conv2D'])
    complains(lambda: net.connect(image, out, Conv2D(conv.kernel * 0.5)), ["weights", "0.5", "loihi_emu.quantize()"])
    big = Conv2D(np.ones((4, 9, 9, 2), int))
    complains(lambda: net.connect(image, out, big), ["input shape", "at least the size of the (dilated) kernel"])


# ---------------------------------------------------------------- set later
def running(weights, **options):
    net = Network()
    net.connect(net.input("a", 3, spikes=([0], [1])), net.population("b", 4, vth=1000), weights, name="c", **options)
    return Emulator(net)


def test_weights_that_are_set_are_checked():
    emulator = running(W)
    where = 'connection "c"'
    complains(lambda: emulator.set("c", "weights", W.T), [where, "shape (3, 4)", "(4, 3)"])
    complains(lambda: emulator.set("c", "weights", W * 0.5), [where, "got 0.5", "loihi_emu.quantize()"])
    complains(lambda: emulator.set("c", "weights", -W), [where, "got -1", 'sign_mode="mixed"'])
    complains(lambda: emulator.set("c", "weights", W + 300), [where, "got 300", "0..255"])
    complains(lambda: emulator.set("c", "delays", 1), [where, '"delays"', "make another network"], UnknownNameError)
    assert emulator.get("c", "weights").tolist() == W.tolist()
    emulator.set("c", "weights", W + 1)
    emulator.run(1)
    assert emulator.get("b", "u").tolist() == [64 * w for w in (W + 1)[:, 1]]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix, sparse.coo_array])
def test_sparse_weights_are_set_as_a_matrix_or_a_list(form):
    few = np.zeros((4, 3), int)
    few[2, 1], few[3, 0] = 5, 6
    emulator = running(few)
    emulator.set("c", "weights", form(few * 2))
    assert emulator.get("c", "weights").tolist() == [12, 10]
    emulator.set("c", "weights", [1, 2])
    emulator.run(1)
    assert emulator.get("b", "u").tolist() == [0, 0, 128, 0]
    texts = ["10 weights where there is no synapse", 'kind="dense"']
    complains(lambda: emulator.set("c", "weights", form(W + 1)), ['connection "c"', *texts])
    texts = ["shape (3,)", "(2,), one per stored synapse, or (n_post, n_pre) = (4, 3)"]
    complains(lambda: emulator.set("c", "weights", [1, 2, 3]), texts)


def test_a_matrix_cannot_say_which_of_two_synapses():
    emulator = running(([0, 0], [1, 1], [3, 4]))
    texts = ["some neurons are connected several times", "Give one value per stored synapse"]
    complains(lambda: emulator.set("c", "weights", W), texts)


def test_two_delays_at_one_place_are_refused(connect):
    delays = sparse.coo_array(([1, 2], ([0, 0], [1, 1])), shape=(4, 3))
    weights = sparse.coo_array(([10, 20], ([0, 0], [1, 1])), shape=(4, 3))
    complains(lambda: connect(weights, delays=delays), ["delays", "two entries at one place", "one delay per synapse"])


def test_masks_are_not_indices(connect):
    mask = np.array([True, False, True])
    complains(lambda: connect((mask, [0, 1, 2], [1, 2, 3])), ["pre indices", "mask of booleans", "flatnonzero"])


def test_weights_come_back_in_64_bits():
    net = Network()
    connection = net.connect(net.input("a", 3), net.population("b", 4, vth=10), np.full((4, 3), 200))
    assert int((Emulator(net).get(connection, "weights") * 1000).max()) == 200_000
