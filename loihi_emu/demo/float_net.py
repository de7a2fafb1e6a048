"""The demo network in floating point: forward pass, and gradients by backpropagation through time.

Two layers of leaky integrate-and-fire neurons with the chip's order of events. In step t, with input spikes x[t],

    u1[t] = (1 - du1) u1[t-1] + W1 x[t]            u2[t] = (1 - du2) u2[t-1] + W2 s1[t-1]
    v1[t] = (1 - dv1) v1[t-1] + u1[t] + b1         v2[t] = (1 - dv2) v2[t-1] + u2[t] + b2
    s[t] = 1 and v[t] = 0 where v[t] > 1

The threshold is 1 in both layers. The score of a class is its output neuron's spike count plus its voltage after the
last step, as a fraction of the next spike.

The step from v to s has no useful derivative. The backward pass uses 1 / (1 + SLOPE |v - 1|)^2 instead (Zenke and
Ganguli, 2018, "SuperSpike", Neural Computation 30(6), https://doi.org/10.1162/neco_a_01086) and takes the reset as a
constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Params = dict[str, Array]

SLOPE = 8.0  # of the surrogate derivative, per threshold


@dataclass(frozen=True)
class Decays:
    """Fractions of current (du) and voltage (dv) lost in each step, 0..1, per layer."""

    hidden_du: float
    hidden_dv: float
    output_du: float
    output_dv: float


@dataclass(frozen=True)
class Trace:
    """What one forward pass leaves for the backward pass.

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


def _delayed(spikes: Array) -> Array:
    """Spikes one step later: a neuron's spike reaches the next layer in the step after it."""
    out = np.zeros_like(spikes)
    out[1:] = spikes[:-1]
    return out


def forward(params: Params, decays: Decays, inputs: Array) -> Trace:
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
    Trace
        Voltages and spikes of both layers.
    """
    inputs = inputs.astype(params["hidden_weights"].dtype)
    drive = inputs @ params["hidden_weights"].T
    hidden_v, hidden_spikes, _ = _integrate(drive, params["hidden_bias"], decays.hidden_du, decays.hidden_dv)
    drive = _delayed(hidden_spikes) @ params["output_weights"].T
    output_v, output_spikes, last = _integrate(drive, params["output_bias"], decays.output_du, decays.output_dv)
    return Trace(inputs, hidden_v, hidden_spikes, output_v, output_spikes, last)


def _backward_layer(
    trace_v: Array, spikes: Array, grad_s: Array, grad_last: Array, du: float, dv: float
) -> tuple[Array, Array]:
    """Gradients with respect to a layer's drive and, per step, its voltage (which is that of the bias)."""
    keep_u, keep_v = trace_v.dtype.type(1 - du), trace_v.dtype.type(1 - dv)
    grad_s = grad_s / np.square(1 + SLOPE * np.abs(trace_v - 1))
    grad_drive, grad_v = np.empty_like(trace_v), np.empty_like(trace_v)
    after, current = grad_last, np.zeros_like(grad_last)
    for t in range(trace_v.shape[0] - 1, -1, -1):
        grad_v[t] = after * (1 - spikes[t]) + grad_s[t]
        after = grad_v[t] * keep_v
        current = grad_v[t] + current * keep_u
        grad_drive[t] = current
    return grad_drive, grad_v


def backward(params: Params, decays: Decays, trace: Trace, grad_scores: Array, price: Array) -> Params:
    """Gradients of a loss by backpropagation through time.

    Parameters
    ----------
    params : dict of ndarray
        As for `forward`.
    decays : Decays
        As for `forward`.
    trace : Trace
        Result of `forward`.
    grad_scores : ndarray, shape (samples, 10)
        Gradient of the loss with respect to the scores.
    price : ndarray, shape (samples, n_hidden)
        Added to the gradient of the loss with respect to each hidden spike: what one more spike costs.

    Returns
    -------
    dict of ndarray
        Gradients, with the names and shapes of `params`.
    """
    ones = np.broadcast_to(grad_scores, trace.output_v.shape)
    grad_out, grad_v2 = _backward_layer(
        trace.output_v, trace.output_spikes, ones, grad_scores, decays.output_du, decays.output_dv
    )
    late = _delayed(trace.hidden_spikes)
    grad_s = np.zeros_like(trace.hidden_v)
    grad_s[:-1] = grad_out[1:] @ params["output_weights"]
    grad_s += price.astype(grad_s.dtype)
    none = np.zeros_like(grad_s[0])
    grad_in, grad_v1 = _backward_layer(
        trace.hidden_v, trace.hidden_spikes, grad_s, none, decays.hidden_du, decays.hidden_dv
    )

    def summed(grad: Array, source: Array) -> Array:
        total: Array = grad.reshape(-1, grad.shape[2]).T @ source.reshape(-1, source.shape[2])
        return total

    return {
        "hidden_weights": summed(grad_in, trace.inputs),
        "hidden_bias": grad_v1.sum(axis=(0, 1)),
        "output_weights": summed(grad_out, late),
        "output_bias": grad_v2.sum(axis=(0, 1)),
    }
