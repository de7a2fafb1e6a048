"""The training recipe, rounding to chip integers, and the trained weights that come with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from examples.train_digits import train as recipe
from examples.train_digits.quantize import quantize_layer
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.float_net import Decays, float_accuracy, forward
from loihi_emu.demo.readout import decide
from loihi_emu.demo.weights import load_weights


@pytest.mark.slow
def test_training_lowers_the_loss_and_repeats_exactly() -> None:
    digits = load_digits()
    images, labels = digits.train_images[:300], digits.train_labels[:300]
    seen: list[int] = []
    first = recipe.train(images, labels, epochs=4, seed=5, report=lambda epoch, _: seen.append(epoch))
    again = recipe.train(images, labels, epochs=4, seed=5)
    other = recipe.train(images, labels, epochs=1, seed=6)
    assert seen == [0, 1, 2, 3]
    assert first.losses[-1] < first.losses[0] - 0.05
    assert first.losses == again.losses and first.losses[0] != other.losses[0]
    for name, value in first.params.items():
        assert value.dtype == np.float32 and np.array_equal(value, again.params[name])


def test_forward_follows_the_written_rule() -> None:
    params = {
        "hidden_weights": np.array([[0.6]]),
        "hidden_bias": np.array([0.0]),
        "output_weights": np.array([[0.75]]),
        "output_bias": np.array([0.125]),
    }
    inputs = np.array([1, 1, 0, 0]).reshape(4, 1, 1)
    trace = forward(params, Decays(1.0, 0.0, 0.5, 0.0), inputs)
    assert trace.hidden_v.ravel().tolist() == [0.6, 1.2, 0.0, 0.0]
    assert trace.hidden_spikes.ravel().tolist() == [0, 1, 0, 0]
    # The hidden spike of step 1 arrives in step 2; half its current is left in step 3.
    assert trace.output_v.ravel().tolist() == [0.125, 0.25, 1.125, 0.5]
    assert trace.output_spikes.ravel().tolist() == [0, 0, 1, 0]
    assert trace.counts.tolist() == [[1]] and trace.scores.tolist() == [[1.5]]


def test_ties_go_to_the_higher_voltage_then_to_the_smaller_digit() -> None:
    counts = [[2, 2, 1], [0, 0, 0], [1, 3, 3]]
    voltages = [[-5, -4, 99], [1, 1, 1], [9, 0, -1]]
    assert decide(counts, voltages).tolist() == [1, 0, 1]


def test_rounding_error_is_below_one_mantissa_unit() -> None:
    rng = np.random.default_rng(0)
    weights, bias = rng.normal(size=(20, 30)), rng.normal(size=20)
    layer = quantize_layer(weights, bias, du=1, dv=2)
    assert np.abs(layer.mantissas / layer.vth - weights).max() <= 1.001 / layer.vth
    unit = 2.0**layer.bias_exp / (layer.vth * 64)
    assert np.abs(layer.bias * unit - bias).max() <= 0.501 * unit
    assert np.abs(layer.bias).max() <= 4095


@pytest.mark.parametrize("weights", [np.zeros((2, 3)), np.full((2, 3), 1e-9), np.full((2, 3), -40.0)])
def test_rounding_takes_extreme_weights(weights: NDArray[np.float64]) -> None:
    layer = quantize_layer(weights, [0.0, 100.0], du=0, dv=0)
    assert 1 <= layer.vth <= 131071 and np.abs(layer.mantissas).max() <= 254
    assert 0 <= layer.bias_exp <= 7 and np.abs(layer.bias).max() <= 4095


def test_shipped_weights_are_within_the_chips_ranges() -> None:
    weights = load_weights()
    assert weights.recipe == recipe.RECIPE and weights.steps == recipe.STEPS
    assert weights.hidden.mantissas.shape == (recipe.HIDDEN, 64)
    assert weights.output.mantissas.shape == (10, recipe.HIDDEN)
    for layer in (weights.hidden, weights.output):
        assert layer.mantissas.min() >= -256 and layer.mantissas.max() <= 254 and not (layer.mantissas % 2).any()
        assert -8 <= layer.weight_exp <= 7
        assert 0 <= layer.du <= 4096 and 0 <= layer.dv <= 4096 and 0 < layer.vth <= 131071
        assert np.abs(layer.bias).max() <= 4095 and 0 <= layer.bias_exp <= 7
        assert not layer.mantissas.flags.writeable


def test_shipped_integers_are_those_of_the_shipped_floats() -> None:
    weights = load_weights()
    for layer in (weights.hidden, weights.output):
        again = quantize_layer(layer.float_weights, layer.float_bias, du=layer.du, dv=layer.dv)
        assert np.array_equal(again.mantissas, layer.mantissas) and np.array_equal(again.bias, layer.bias)
        assert (again.vth, again.bias_exp, again.weight_exp) == (layer.vth, layer.bias_exp, layer.weight_exp)


def test_float_network_reads_the_test_images_as_recorded() -> None:
    accuracy = float_accuracy()
    assert accuracy == pytest.approx(load_weights().float_accuracy, abs=1.5 / 599)
    assert accuracy >= 0.98


@pytest.mark.slow
def test_command_line_writes_a_file_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "weights.npz"
    recipe.main(["--epochs", "1", "--seed", "3", "--out", str(path)])
    weights = load_weights(path)
    assert (weights.seed, weights.epochs) == (3, 1)
    assert "float network" in capsys.readouterr().out
    assert weights.float_accuracy == float_accuracy(weights)
