"""The demo network in floating point, before its weights were rounded.

Two layers of leaky integrate-and-fire neurons with the chip's order of events. In step t, with input spikes x[t],

    u1[t] = (1 - du1) u1[t-1] + W1 x[t]            u2[t] = (1 - du2) u2[t-1] + W2 s1[t-1]
    v1[t] = (1 - dv1) v1[t-1] + u1[t] + b1         v2[t] = (1 - dv2) v2[t-1] + u2[t] + b2
    s[t] = 1 and v[t] = 0 where v[t] > 1

The threshold is 1 in both layers. The score of a class is its output neuron's spike count plus its voltage after the
last step, as a fraction of the next spike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.readout import decide
from loihi_emu.demo.weights import DigitsWeights, load_weights
from loihi_emu.widths import DECAY_UNITY

Array = NDArray[Any]
Params = dict[str, Array]


@dataclass(frozen=True)
class Decays:
    """Fractions of current (du) and voltage (dv) lost in each step, 0..1, per layer."""

    hidden_du: float
    hidden_dv: float
    output_du: float
    output_dv: float


@dataclass(frozen=True)
class ForwardPass:
    """What one forward pass leaves: all that is needed to train.

    Attributes
    ----------
    inputs : ndarray, shape (steps, samples, 64)
        Input spikes, 0 or 1.
    hidden_v, output_v : ndarray, shape (steps, samples, neurons)
        Voltages before the reset, in units of the threshold.
    hidden_spikes, output_spikes : ndarray, shape (steps, samples, neurons)
        Spikes, 0 or 1.
    output_last : ndarray, shape (samples, 10)
        Output voltages after the last step and its reset.
    """

    inputs: Array
    hidden_v: Array
    hidden_spikes: Array
    output_v: Array
    output_spikes: Array
    output_last: Array

    @property
    def counts(self) -> Array:
        """Spikes of each output neuron, shape (samples, 10)."""
        total: Array = self.output_spikes.sum(axis=0)
        return total

    @property
    def scores(self) -> Array:
        """Spike count plus the voltage left over, shape (samples, 10)."""
        return self.counts + self.output_last


def _integrate(drive: Array, bias: Array, du: float, dv: float) -> tuple[Array, Array, Array]:
    """Run one layer; return voltages before the reset, spikes (as floats) and the voltages after the last step."""
    keep_u, keep_v = drive.dtype.type(1 - du), drive.dtype.type(1 - dv)
    voltages, spikes = np.empty_like(drive), np.empty_like(drive)
    u, v = np.zeros_like(drive[0]), np.zeros_like(drive[0])
    for t in range(drive.shape[0]):
        u = u * keep_u + drive[t]
        v = v * keep_v + u + bias
        voltages[t] = v
        spikes[t] = v > 1
        v = v * (1 - spikes[t])
    return voltages, spikes, v


def delayed(spikes: Array) -> Array:
    """Spikes one step later: a neuron's spike reaches the next layer in the step after it."""
    out = np.zeros_like(spikes)
    out[1:] = spikes[:-1]
    return out


def forward(params: Params, decays: Decays, inputs: Array) -> ForwardPass:
    """Run the network on spike trains.

    Parameters
    ----------
    params : dict of ndarray
        hidden_weights (n_hidden, 64), hidden_bias (n_hidden,), output_weights (10, n_hidden), output_bias (10,), in
        units of the threshold. Their type (float32 or float64) is the type of the arithmetic.
    decays : Decays
        Fractions lost per step.
    inputs : ndarray, shape (steps, samples, 64)
        Input spikes, 0 or 1.

    Returns
    -------
    ForwardPass
        Voltages and spikes of both layers.
    """
    inputs = inputs.astype(params["hidden_weights"].dtype)
    drive = inputs @ params["hidden_weights"].T
    hidden_v, hidden_spikes, _ = _integrate(drive, params["hidden_bias"], decays.hidden_du, decays.hidden_dv)
    drive = delayed(hidden_spikes) @ params["output_weights"].T
    output_v, output_spikes, last = _integrate(drive, params["output_bias"], decays.output_du, decays.output_dv)
    return ForwardPass(inputs, hidden_v, hidden_spikes, output_v, output_spikes, last)


def float_predictions(weights: DigitsWeights, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Digits that the float network (before rounding, in float64) reads, int64 of shape (n,)."""
    hidden, output = weights.hidden, weights.output
    params: Params = {
        "hidden_weights": hidden.float_weights.astype(np.float64),
        "hidden_bias": hidden.float_bias.astype(np.float64),
        "output_weights": output.float_weights.astype(np.float64),
        "output_bias": output.float_bias.astype(np.float64),
    }
    lost = [d / DECAY_UNITY for d in (hidden.du, hidden.dv, output.du, output.dv)]
    trace = forward(params, Decays(*lost), encode_dense(images, weights.steps).swapaxes(0, 1))
    return decide(trace.counts, trace.output_last)


def float_accuracy(weights: DigitsWeights | None = None) -> float:
    """Fraction of the test images that the float network reads, 0..1; below a second.

    Parameters
    ----------
    weights : DigitsWeights, optional
        The weights that come with the package when left out.

    Examples
    --------
    >>> float_accuracy() > 0.97
    True
    """
    digits = load_digits()
    predictions = float_predictions(load_weights() if weights is None else weights, digits.test_images)
    return float((predictions == digits.test_labels).mean())
