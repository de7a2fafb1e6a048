"""Quantisation: error bounds, exactness, idempotence, linearity, formats, and agreement with the chip's weight rule."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from profiles import at_most

from loihi_emu import LOIHI1
from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.quantization.integers import bias_mantissa_exponent, quantize
from loihi_emu.quantization.nengo import REGISTER_BITS, nengo_weights
from loihi_emu.quantization.search import grid
from loihi_emu.rules.chip import CHIP, RANGES

GOLDEN = Path(__file__).parents[3] / "validation" / "golden" / "nengo_loihi" / "tables.npz"

some_weights = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=1, max_dims=3, max_side=5),
    elements=st.floats(-10, 10, allow_subnormal=False).map(lambda x: round(x, 6)),
).filter(lambda w: w.any())
some = at_most(40)


def chip_weights(q):
    """Effective weights by the rule that networks use."""
    return CHIP.weights.effective(np.asarray(q.weights, dtype=np.int64), q.sign_mode, q.weight_bits, q.weight_exp)


@some
@given(some_weights, st.integers(2, 8), st.floats(0.1, 50))
def test_unclipped_weights_err_by_at_most_half_a_step(w, bits, vth):
    assume(np.abs(w).max() * LOIHI1.vth_max / vth >= 1)  # weights that vanish beside the threshold are refused
    q = quantize(w, vth=vth, weight_bits=bits)
    report = q.report.weights[0]
    error = np.abs(q.restored() - w)
    assert report.clipped == 0
    assert error.max() <= report.step / 2 * (1 + 1e-9)
    assert report.max_error == pytest.approx(error.max(), abs=1e-9)
    assert report.rms_error == pytest.approx(np.sqrt(np.mean(error**2)), abs=1e-9)
    assert abs(q.vth / q.scale - vth) <= 0.5 / q.scale * (1 + 1e-9)


@some
@given(some_weights, st.integers(2, 8))
def test_mantissas_lie_on_the_grid_so_the_chip_loses_nothing(w, bits):
    q = quantize(w, weight_bits=bits)
    low, high = RANGES[q.sign_mode]
    assert q.weights.min() >= low
    assert q.weights.max() <= high
    found = chip_weights(q)
    assert found.truncated == found.clipped == 0
    assert np.array_equal(found.values, np.rint(q.weights * 2.0**q.weight_exp))
    assert np.allclose(found.values / q.scale, q.restored())


@some
@given(some_weights, st.integers(2, 8))
def test_a_second_time_loses_nothing(w, bits):
    q = quantize(w, weight_bits=bits)
    assume(chip_weights(q).values.any())
    again = quantize(chip_weights(q).values, vth=q.vth, weight_bits=bits, sign_mode=q.sign_mode)
    assert again.report.exact
    assert np.allclose(again.restored(), chip_weights(q).values, rtol=1e-12)
    kept = quantize(chip_weights(q).values, vth=q.vth, weight_bits=bits, sign_mode=q.sign_mode, scale=1.0)
    assert kept.vth == q.vth
    assert np.array_equal(chip_weights(kept).values, chip_weights(q).values)


@some
@given(some_weights, st.floats(0.1, 50), st.integers(-20, 20))
def test_only_the_scale_follows_the_unit(w, vth, octaves):
    # Below that all weights would vanish beside the threshold, which is refused (see the test after this one).
    assume(np.abs(w).max() >= 1e-5 * vth)
    k = 2.0**octaves
    q, scaled = quantize(w, vth=vth, bias=vth / 7), quantize(w * k, vth=vth * k, bias=vth * k / 7)
    assert np.array_equal(q.weights, scaled.weights)
    assert (q.weight_exp, q.vth, q.bias, q.bias_exp) == (scaled.weight_exp, scaled.vth, scaled.bias, scaled.bias_exp)
    assert scaled.scale == q.scale / k


@some
@given(st.floats(1e-9, 6e-6), st.integers(-20, 20))
def test_weights_that_vanish_beside_the_threshold_are_refused_in_any_unit(ratio, octaves):
    k = 2.0**octaves
    with pytest.raises(ValidationError, match=r"quantize, vth: .* at which every weight rounds to 0"):
        quantize(np.array([10 * ratio * k, 0.0]), vth=10 * k, bias=10 * k / 7)


@some
@given(hnp.arrays(np.int64, (3, 4), elements=st.integers(-12, 12)).filter(lambda w: w.any()), st.integers(1, 100))
def test_whole_numbers_of_a_small_range_are_exact(w, vth):
    q = quantize(w, vth=vth)
    assert q.report.exact
    assert q.report.weights[0].inexact == 0
    assert np.allclose(q.restored(), w)
    assert q.vth >= 1024


def test_thresholds_are_fine_and_no_larger_than_needed():
    rng = np.random.default_rng(3)
    for vth in (0.01, 1.0, 30.0):
        q = quantize(rng.normal(size=(20, 20)), vth=vth)
        assert q.vth >= 1024 or q.weight_exp == 7
        assert q.vth < 4096 or q.weight_exp == -1


def test_eight_bits_use_their_range():
    q = quantize(np.random.default_rng(0).uniform(0, 1, 1000), vth=1.0)
    assert q.sign_mode == "excitatory"
    assert q.weights.max() > 127
    assert q.report.weights[0].rms_error < 1 / 127 / np.sqrt(12)


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("mode", ["mixed", "excitatory", "inhibitory"])
@pytest.mark.parametrize("exp", range(-8, 8))
def test_grid_is_what_the_chip_makes_of_mantissas(mode, bits, exp):
    low, high = RANGES[mode]
    on_chip = np.unique(CHIP.weights.effective(np.arange(low, high + 1), mode, bits, exp).values)
    g = grid(mode, bits, exp)
    levels = np.arange(g.low, g.high + 1)
    mine = CHIP.weights.effective(levels * g.spacing, mode, bits, exp)
    assert mine.truncated == mine.clipped == 0
    assert np.array_equal(mine.values, levels * g.step)
    # Only the lower end may differ: floor and saturation give it a level that is no multiple.
    assert np.isin(mine.values, on_chip).all()
    assert set(on_chip) - set(mine.values) <= {-(2**15 - 1), on_chip.min()}


def test_sign_modes():
    assert quantize([0.0, 1.0]).sign_mode == "excitatory"
    assert quantize([0.0, -1.0]).sign_mode == "inhibitory"
    assert quantize([1.0, -1.0]).sign_mode == "mixed"
    q = quantize([1.0, 0.3], sign_mode="mixed")
    assert not (q.weights % 2).any()


def test_several_matrices_share_a_scale_and_have_their_own_format():
    rng = np.random.default_rng(5)
    exc, inh = rng.uniform(0, 0.1, (10, 20)), -rng.uniform(0, 1.0, (10, 5))
    q = quantize({"exc": exc, "inh": inh}, weight_bits={"exc": 8, "inh": 6})
    assert q.sign_mode == {"exc": "excitatory", "inh": "inhibitory"}
    assert q.weight_bits == {"exc": 8, "inh": 6}
    assert q.weight_exp["inh"] > q.weight_exp["exc"]
    for name, w in (("exc", exc), ("inh", inh)):
        assert np.abs(q.restored()[name] - w).max() <= 0.02 * np.abs(w).max()
    assert [w.name for w in q.report.weights] == ['weights["exc"]', 'weights["inh"]']
    listed = quantize([exc, inh], weight_bits=[8, 6])
    assert np.array_equal(listed.weights[1], q.weights["inh"])
    assert np.allclose(listed.restored()[0], q.restored()["exc"])


def test_peak_counts_all_synapses_of_a_neuron():
    q = quantize([np.array([[3.0, 1.0], [0.0, 0.0]]), np.array([[-1.0], [-9.0]])], vth=1024, scale=1.0)
    assert q.report.peak_input == 9
    assert q.report.may_wrap is False
    assert quantize(np.ones((2, 3, 3, 1))).report.peak_input is None
    assert quantize(np.ones((1, 1000)), vth=10).report.may_wrap


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dia"])
def test_sparse_and_dense_agree(form):
    dense = np.where(np.random.default_rng(1).random((6, 8)) < 0.4, np.random.default_rng(2).normal(size=(6, 8)), 0)
    sparse = scipy.sparse.coo_array(dense).asformat(form)
    q, d = quantize(sparse), quantize(dense)
    assert scipy.sparse.issparse(q.weights)
    assert np.issubdtype(q.weights.dtype, np.integer)
    assert np.array_equal(q.weights.toarray(), d.weights)
    assert q.report.peak_input == d.report.peak_input
    assert np.allclose(q.restored().toarray(), d.restored())
    assert np.array_equal(sparse.toarray(), dense)


def test_duplicates_in_sparse_matrices_are_summed_first():
    twice = scipy.sparse.coo_array(([0.5, 0.5, 0.25], ([0, 0, 1], [0, 0, 1])), shape=(2, 2))
    assert np.allclose(quantize(twice).restored().toarray(), [[1, 0], [0, 0.25]])


def test_scipy_is_not_imported():
    code = "import sys; from loihi_emu import quantize; quantize([0.5, 1.0]); assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_per_neuron_thresholds_and_biases():
    vth, bias = np.array([1.0, 2.0, 0.5]), np.array([0.0, -0.3, 0.01])
    q = quantize(np.random.default_rng(0).normal(size=(3, 4)), vth=vth, bias=bias)
    assert q.vth.dtype == np.int64
    assert np.allclose(q.vth / q.scale, vth, rtol=1e-3)
    assert np.allclose(q.bias * 2.0**q.bias_exp / (64 * q.scale), bias, rtol=1e-3)
    assert (np.abs(q.bias) <= 4095).all()
    assert q.report.vth_max_error == pytest.approx(np.abs(q.vth / q.scale - vth).max())


def test_large_thresholds_and_biases_lower_the_scale():
    w = np.random.default_rng(0).normal(size=50)
    assert quantize(w, vth=20000.0).vth == 131071
    q = quantize(w, vth=1.0, bias=500.0)
    assert (q.bias, q.bias_exp) == (4095, 7)
    with pytest.raises(ValidationError, match="every weight rounds to 0"):
        quantize(w, vth=1e7)


def test_zero_threshold_is_allowed():
    q = quantize([0.5, 1.0], vth=0.0)
    assert q.vth == 0
    assert q.report.exact


def test_outliers_are_clipped_only_on_demand_and_counted():
    w = np.append(np.random.default_rng(0).uniform(-1, 1, 999), 100.0)
    plain, clipped = quantize(w), quantize(w, clip_percentile=99.9)
    assert plain.report.clipped == 0
    assert clipped.report.clipped == 1
    inner = np.abs(clipped.restored() - w)[:-1]
    assert inner.max() < np.abs(plain.restored() - w)[:-1].max() / 20


def test_a_given_scale_clips_and_counts():
    q = quantize([1.0, 2.0, 300.0], scale=1000.0, vth=1.0)
    assert q.scale == 1000.0
    assert (q.weight_exp, q.report.clipped) == (7, 1)
    assert q.weights.tolist() == [8, 16, 255]
    assert quantize([0.0, 0.0], scale=10.0).weights.tolist() == [0, 0]


@pytest.mark.parametrize("exp", range(-4, 8))
def test_a_given_exponent_is_kept(exp):
    q = quantize(np.linspace(-1, 1, 11), weight_exp=exp)
    assert q.weight_exp == exp
    assert q.report.clipped == 0
    assert np.abs(q.restored() - np.linspace(-1, 1, 11)).max() <= q.report.weights[0].step / 2 * (1 + 1e-9)


def test_large_matrices_are_searched_by_sample_but_reported_whole():
    w = np.random.default_rng(0).normal(size=(100, 200))
    q = quantize(w)
    assert q.report.weights[0].count == w.size
    assert q.report.weights[0].max_error == pytest.approx(np.abs(q.restored() - w).max())
    assert np.array_equal(q.weights, quantize(w).weights)


def test_report_prints_a_table():
    q = quantize({"a": [1.0, -0.3], "b": [0.1]}, bias=0.2)
    text = str(q.report)
    assert all(word in text for word in ('weights["a"]', "mixed", "excitatory", "clipped", "vth", "bias", "scale"))
    assert text in repr(q)


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([np.nan, 1.0], {}, "weights: got nan at index 0, allowed is finite"),
        ([np.inf], {}, "finite"),
        ([0.0, 0.0], {}, "give scale="),
        ([1e300], {}, "Use another unit"),
        ([1e-300], {}, "Use another unit"),
        ([], {}, "at least one weight"),
        ({}, {}, "one matrix or more"),
        ([1.0], {"vth": -1.0}, "vth: got -1.0, allowed is 0"),
        ([1.0], {"vth": np.nan}, "vth: got nan"),
        ([1.0], {"vth": []}, "an empty array"),
        ([1.0], {"bias": np.inf}, "bias: got inf"),
        ([1.0, -1.0], {"sign_mode": "excitatory"}, r"weights \(excitatory\): got -1.0 at index 1"),
        ([1.0], {"weight_bits": 0}, "weight_bits"),
        ([1.0], {"weight_exp": 8}, "weight_exp"),
        ([1.0], {"weight_exp": -8}, "a level other than 0"),
        ([1.0, -1.0], {"weight_bits": 1}, "Use more weight_bits"),
        ([1.0], {"scale": 0.0}, "scale: got 0.0"),
        ([1.0], {"scale": 1e6}, "at most 131071"),
        ([1.0], {"clip_percentile": 0}, "clip_percentile"),
        ({"a": [1.0]}, {"weight_bits": {"b": 8}}, "nothing for 'a'"),
        ([np.ones(2), np.ones(2)], {"weight_bits": [8]}, "1 entries"),
    ],
)
def test_what_is_refused_says_where_and_what(weights, options, message):
    with pytest.raises(ValidationError, match=message) as caught:
        quantize(weights, **options)
    assert str(caught.value).startswith("quantize, ")


def test_unknown_sign_mode():
    with pytest.raises(UnknownNameError, match='did you mean "mixed"'):
        quantize([1.0], sign_mode="mixd")


@given(st.integers(-524160, 524160))
def test_bias_keeps_twelve_bits(bias):
    man, exp = bias_mantissa_exponent(bias)
    assert abs(man) <= 4095
    assert abs(man * 2**exp - bias) <= 2**exp / 2
    assert exp == 0 or abs(bias) > 4095 * 2 ** (exp - 1)


def test_bias_refuses_what_does_not_fit():
    with pytest.raises(ValidationError, match="524161"):
        bias_mantissa_exponent([0, 524161])
    with pytest.raises(ValidationError, match="nan"):
        bias_mantissa_exponent(np.nan)


@pytest.mark.slow
def test_bias_and_weights_agree_with_nengo_loihi():
    table = np.load(GOLDEN)
    man, exp = bias_mantissa_exponent(table["bias"])
    assert np.array_equal(man, table["bias_man"])
    assert np.array_equal(exp, table["bias_exp"])
    for fanout, mode in ((1, "mixed"), (2, "excitatory")):
        for register in range(1, 8):
            for weight_exp in range(-7, 8):
                found = nengo_weights(
                    table["w_float"], weight_bits=REGISTER_BITS[register], weight_exp=weight_exp, sign_mode=mode
                )
                assert np.array_equal(found, table["discretize_weights"][fanout - 1, register, weight_exp + 7])


@pytest.mark.parametrize("options", [{"weight_bits": 7}, {"weight_exp": -8}, {"sign_mode": "both"}])
def test_nengo_weights_refuse_what_nengo_loihi_does_not_have(options):
    with pytest.raises(ValidationError):
        nengo_weights([1.0], **options)
