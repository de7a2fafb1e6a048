"""Errors: the tree, the texts of the messages, and the checks that raise them."""

import pickle

import numpy as np
import pytest

from loihi_emu import errors, numeric


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.ValidationError, ValueError),
        (errors.UnknownNameError, KeyError),
        (errors.UnknownNameError, errors.ValidationError),
        (errors.MappingError, ValueError),
        (errors.UnsupportedError, NotImplementedError),
        (errors.SimulationError, RuntimeError),
        (errors.MissingExtraError, ImportError),
    ],
)
def test_every_error_is_ours_and_the_builtin_a_caller_expects(error, builtin):
    assert issubclass(error, errors.LoihiEmuError)
    assert issubclass(error, builtin)
    assert str(error("what happened")) == "what happened"


def test_overflow_is_a_runtime_warning():
    assert issubclass(errors.LoihiOverflowWarning, RuntimeWarning)


def test_invalid_says_where_given_allowed_and_advice():
    error = errors.invalid('population "hidden"', "vth", -3, "0..131071", advice="Scale the weights instead")
    assert str(error) == 'population "hidden", vth: got -3, allowed is 0..131071. Scale the weights instead.'
    assert (error.where, error.name) == ('population "hidden"', "vth")


def test_invalid_without_place_or_advice():
    assert str(errors.invalid("", "", "nothing", "something")) == "got nothing, allowed is something."


def test_errors_survive_pickling_with_place():
    error = pickle.loads(pickle.dumps(errors.invalid("here", "dv", 1, "2")))
    assert (str(error), error.where, error.name) == ("here, dv: got 1, allowed is 2.", "here", "dv")


def test_unknown_lists_all_names_when_few():
    text = str(errors.unknown("population", "hiden", ["hidden", "output"]))
    assert text == 'unknown population "hiden": did you mean "hidden"? Known are "hidden", "output".'


def test_unknown_ignores_case_when_it_looks_for_near_names():
    assert 'did you mean "Hidden"?' in str(errors.unknown("population", "HIDDEN", ["Hidden", "x"]))


def test_unknown_lists_only_near_names_when_many():
    names = [f"layer_{i}" for i in range(50)]
    text = str(errors.unknown("population", "layer_7x", names))
    assert '"layer_7"' in text
    assert "Known" not in text


def test_unknown_without_near_names_shows_a_beginning():
    text = str(errors.unknown("population", "zzz", [f"layer_{i}" for i in range(50)]))
    assert '"layer_0"' in text
    assert text.endswith("and 42 more.")


def test_unknown_with_nothing_known_and_with_no_string():
    assert str(errors.unknown("input", "a", [])) == 'unknown input "a": none is known.'
    assert str(errors.unknown("input", 3, ["a"])) == 'unknown input 3: known are "a".'


def test_extra_names_the_pip_command():
    error = errors.extra("h5py", "nir")
    assert 'pip install "loihi_emu[nir]"' in str(error)
    assert error.name == "h5py"


@pytest.mark.parametrize("good", [3, [1, 2], np.float32(0.5), np.zeros((2, 0)), True, [2**70]])
def test_numbers_takes_numbers(good):
    assert np.shape(numeric.numbers("", "x", good)) == np.shape(good)


@pytest.mark.parametrize("bad", ["a", None, 1j, [[1], [1, 2]], ["1"], [None], {}])
def test_numbers_refuses_the_rest(bad):
    with pytest.raises(errors.ValidationError, match=r"here, x: got .* allowed is a number"):
        numeric.numbers("here", "x", bad)


def test_masked_values_are_not_taken_for_numbers():
    array = np.ma.masked_array([1, 2, 3], mask=[False, True, True])
    with pytest.raises(errors.ValidationError, match=r"here, x: got an array with 2 masked .* array\.filled\(0\)"):
        numeric.numbers("here", "x", array)
    assert numeric.numbers("here", "x", np.ma.masked_array([1, 2])).tolist() == [1, 2]


@pytest.mark.parametrize("bad", [np.nan, np.inf, [0.0, -np.inf]])
def test_finite_refuses_nan_and_infinity(bad):
    with pytest.raises(errors.ValidationError, match="finite numbers"):
        numeric.finite("", "x", bad)


def test_whole_takes_whole_floats_and_never_rounds():
    out = numeric.whole("", "x", [1.0, -2.0])
    assert out.dtype == np.int64
    assert out.tolist() == [1, -2]
    with pytest.raises(errors.ValidationError, match=r"0.5 at index 1, allowed is whole numbers. Round them first."):
        numeric.whole("", "x", [1.0, 0.5])


@pytest.mark.parametrize("bad", [2.0**63, [2**63], np.array([2**64 - 1], dtype=np.uint64), -(2**63) - 1])
def test_whole_refuses_what_64_bits_do_not_hold(bad):
    with pytest.raises(errors.ValidationError, match="64-bit"):
        numeric.whole("", "x", bad)
    assert numeric.whole("", "x", -(2**63)) == -(2**63)


def test_ranged_includes_both_ends():
    assert numeric.ranged("", "dv", [0, 4096], 0, 4096).tolist() == [0, 4096]


def test_ranged_names_value_index_and_count():
    with pytest.raises(errors.ValidationError) as caught:
        numeric.ranged('population "h"', "dv", [[0, 5000], [7000, 1]], 0, 4096, "Use less.")
    assert str(caught.value) == (
        'population "h", dv: got 5000 at index (0, 1) (and 1 more of 4), allowed is 0..4096. Use less.'
    )


def test_ranged_catches_nan_and_scalars():
    with pytest.raises(errors.ValidationError, match=r"got nan, allowed is 0..1"):
        numeric.ranged("", "dv", float("nan"), 0, 1)
