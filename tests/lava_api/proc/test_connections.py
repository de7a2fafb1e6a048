"""Dense, sparse, delayed and convolutional connections, with values computed by hand."""

import numpy as np
import pytest
from lava_runs import through
from messages import UNHEEDED
from scipy.sparse import csr_matrix

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.conv import utils
from lava_api.proc.conv.process import Conv
from lava_api.proc.conv_in_time.process import ConvInTime
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.sparse.process import DelaySparse, Sparse
from lava_api.utils.weightutils import SignMode
from loihi_emu.errors import ValidationError

KINDS = [lambda w, **kw: Dense(weights=np.array(w), **kw), lambda w, **kw: Sparse(weights=csr_matrix(w), **kw)]
DELAYED = [
    lambda w, d, **kw: DelayDense(weights=np.array(w), delays=np.array(d), **kw),
    lambda w, d, **kw: DelaySparse(weights=csr_matrix(w), delays=csr_matrix(d), **kw),
]


@pytest.mark.parametrize("make", KINDS)
def test_sums_come_a_step_later(make):
    sent = through(make([[1, 2], [3, 4]]), [[1, 0], [5, 1], [0, 0]])
    assert sent == [[0, 0], [1, 3], [3, 7]]


@pytest.mark.parametrize("make", KINDS)
def test_graded_inputs_are_multiplied(make):
    assert through(make([[1, 2]], num_message_bits=8), [[5, -1], [0, 0]]) == [[0], [3]]


@UNHEEDED
@pytest.mark.parametrize("make", KINDS)
def test_weights_are_clipped_and_truncated(make):
    ones = [[1], [0]]
    assert through(make([[300], [7]]), ones)[1] == [255, 7]
    assert through(make([[-300], [-7]]), ones)[1] == [-255, -7]
    assert through(make([[300], [-7], [3], [-3]]), ones)[1] == [254, -8, 2, -4]
    assert through(make([[7], [9]], num_weight_bits=6), ones)[1] == [4, 8]
    assert through(make([[-7], [-9]], num_weight_bits=6), ones)[1] == [-4, -8]
    assert through(make([[7], [-7]], sign_mode=SignMode.EXCITATORY), ones)[1] == [7, 0]


@pytest.mark.filterwarnings("ignore:.*numbers become 0")
def test_the_sign_mode_is_that_of_the_integers():
    assert through(Dense(weights=np.array([[-0.5], [3]])), [[1], [0]])[1] == [0, 3]
    assert through(DelayDense(weights=np.array([[0.5], [-3]]), delays=0), [[1], [0]])[1] == [0, -3]


@UNHEEDED
@pytest.mark.parametrize("make", KINDS)
def test_weights_that_are_set_before_the_first_step_have_a_sign_mode_of_their_own(make):
    process = make([[3, -7]])
    process.run(RunSteps(0), Loihi2SimCfg(select_tag="fixed_pt"))
    weights = process.weights.get()
    process.weights.set(abs(weights))
    process.run(RunSteps(1))
    weights = process.weights.get()
    process.stop()
    assert np.asarray(weights.todense() if hasattr(weights, "todense") else weights).tolist() == [[3, 7]]


@pytest.mark.parametrize("make", KINDS)
def test_the_exponent_shifts_sums(make):
    twice = [[1, 1], [0, 0]]
    assert through(make([[3, 4]], weight_exp=3), twice)[1] == [56]
    assert through(make([[3, 4]], weight_exp=-1), twice)[1] == [3]
    assert through(make([[-3, -4]], weight_exp=-1), twice)[1] == [-4]
    assert through(make([[3, 4]], weight_exp=3), twice, "floating_pt")[1] == [7]


@pytest.mark.parametrize("make", KINDS)
def test_weights_that_are_set_later_are_taken_as_they_are(make):
    connection = make([[4, 0], [-4, 2]])
    connection.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    new = np.array([[5, 0], [-3, 7]])
    connection.weights.set(new if isinstance(connection, Dense) else csr_matrix(new))
    weights = connection.weights.get()
    assert (weights if isinstance(connection, Dense) else weights.toarray()).tolist() == new.tolist()


@pytest.mark.parametrize("make", DELAYED)
@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
def test_a_delay_adds_steps(make, tag):
    sent = through(make([[1, 2], [4, 8]], [[0, 1], [2, 2]]), [[1, 1]], tag, steps=5)
    assert sent == [[0, 0], [1, 0], [2, 0], [0, 12], [0, 0]]


@pytest.mark.parametrize("make", DELAYED)
def test_graded_delays_and_exponents(make):
    sent = through(make([[2, 2]], [[0, 1]], num_message_bits=8, weight_exp=1), [[3, -5]], steps=3)
    assert sent == [[0], [12], [-20]]


@pytest.mark.parametrize("make", DELAYED)
def test_impossible_delays_are_refused(make):
    with pytest.raises(RuntimeError, match="the largest delay is 63"):
        through(make([[1]], [[64]]), [[1]])
    with pytest.raises(ValueError, match="must not be negative"):
        make([[1]], [[-1]])
    with pytest.raises(ValueError, match="shape"):
        make([[1]], [[1, 1]])


def test_one_delay_for_all_synapses():
    assert through(DelayDense(weights=np.array([[1, 2]]), delays=1), [[1, 1]], steps=3) == [[0], [0], [3]]
    assert through(DelaySparse(weights=csr_matrix([[1, 2]]), delays=1), [[1, 1]], steps=3) == [[0], [0], [3]]


def test_misspelt_options_are_named():
    with pytest.warns(UserWarning, match="Did you mean 'num_weight_bits'"):
        Dense(weights=np.ones((1, 1)), num_weights_bits=4)


def brute(x, w, stride, padding, dilation, groups):
    """Convolution by the book."""
    outs, kx, ky, per = w.shape
    shape = utils.output_shape(x.shape, outs, (kx, ky), stride, padding, dilation)
    padded = np.zeros((x.shape[0] + 2 * padding[0], x.shape[1] + 2 * padding[1], x.shape[2]))
    padded[padding[0] : padding[0] + x.shape[0], padding[1] : padding[1] + x.shape[1]] = x
    result = np.zeros(shape)
    for i, j, o in np.ndindex(*shape):
        group = o // (outs // groups)
        for a, b, c in np.ndindex(kx, ky, per):
            at = i * stride[0] + (kx - 1 - a) * dilation[0], j * stride[1] + (ky - 1 - b) * dilation[1]
            result[i, j, o] += w[o, a, b, c] * padded[(*at, group * per + c)]
    return result


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [((1, 1), (0, 0), (1, 1), 1), ((2, 1), (1, 2), (1, 2), 2), ((1, 3), (2, 0), (2, 1), 4)],
)
def test_convolution_flips_the_kernel(stride, padding, dilation, groups):
    rng = np.random.default_rng(3)
    x, w = rng.integers(-9, 9, (8, 7, 4)), rng.integers(-9, 9, (4, 3, 2, 4 // groups))
    got = utils.conv(x, w, (3, 2), stride, padding, dilation, groups)
    assert got.dtype == np.int32
    np.testing.assert_array_equal(got, brute(x, w, stride, padding, dilation, groups))


def test_convolution_wraps_at_24_bits_and_ignores_exponents():
    conv = Conv(weight=np.full((1, 1, 1, 1), 2), weight_exp=3, num_message_bits=24)
    sent = through(conv, np.array([2**22, -(2**22) - 1, 5]).reshape(3, 1, 1, 1), steps=4)
    assert np.ravel(sent).tolist() == [0, -(2**23), 2**23 - 2, 10]


def test_convolution_checks_its_shapes():
    with pytest.raises(ValueError, match="groups"):
        Conv(weight=np.ones((1, 1, 1, 2)), input_shape=(3, 3, 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [("stride", 0), ("stride", 1.5), ("stride", -1), ("stride", "a"), ("stride", None), ("padding", -1),
     ("padding", (0, 0.5)), ("dilation", 0), ("dilation", np.nan)],
)  # fmt: skip
def test_pairs_of_convolutions_are_whole_numbers_in_range(name, value):
    with pytest.raises(ValidationError, match=f"Conv, {name}: got .*allowed is"):
        Conv(weight=np.ones((1, 2, 2, 1)), input_shape=(5, 5, 1), **{name: value})


@pytest.mark.parametrize("given", [{"dilation": 9}, {"dilation": (1, 3)}, {"input_shape": (2, 9, 1)}])
def test_a_kernel_larger_than_its_input_is_refused(given):
    with pytest.raises(ValidationError, match=r"Conv, input_shape: got .*the kernel's"):
        Conv(**{"weight": np.ones((1, 3, 3, 1)), "input_shape": (5, 5, 1), "stride": 2} | given)


def test_pairs():
    assert utils.make_tuple(3) == (3, 3) and utils.make_tuple((1, 2)) == (1, 2)
    with pytest.raises(Exception, match="two"):
        utils.make_tuple((1, 2, 3))


@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
def test_convolution_in_time_reads_the_kernel_backwards(tag):
    sent = through(ConvInTime(weights=np.array([[[1.0]], [[2.0]], [[4.0]]])), [[1], [1]], tag, steps=6)
    assert np.ravel(sent).tolist() == [0, 4, 6, 3, 1, 0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sign_mode": "MIXED"}, "connection, sign_mode: got MIXED, allowed is SignMode"),
        ({"num_weight_bits": 12}, r"num_weight_bits: got 12, allowed is 0\.\.8"),
        ({"num_weight_bits": 2.5}, "num_weight_bits: got 2.5"),
        ({"weight_exp": 1.5, "name": "fine"}, 'process "fine", weight_exp: got 1.5, allowed is an integer'),
    ],
)
def test_a_wrong_option_of_weights_is_named(options, words):
    made = Dense(weights=np.full((2, 2), 5), **options)
    with pytest.raises((ValueError, RuntimeError), match=words):
        made.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))


def test_weights_have_two_dimensions():
    with pytest.raises(ValueError, match=r"Dense, weights: got shape \(3,\), allowed is two dimensions"):
        Dense(weights=np.ones(3))
