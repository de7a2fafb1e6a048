"""Gradients of the digits network by backpropagation through time.

The step from v to s has no useful derivative. The backward pass uses 1 / (1 + SLOPE |v - 1|)^2 instead (Zenke and
Ganguli, 2018, "SuperSpike", Neural Computation 30(6), https://doi.org/10.1162/neco_a_01086) and takes the reset as a
constant.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.demo.float_net import Array, Decays, ForwardPass, Params, delayed

SLOPE = 8.0  # of the surrogate derivative, per threshold


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


def backward(params: Params, decays: Decays, trace: ForwardPass, grad_scores: Array, price: Array) -> Params:
    """Gradients of a loss by backpropagation through time.

    Parameters
    ----------
    params : dict of ndarray
        As for `forward`.
    decays : Decays
        As for `forward`.
    trace : ForwardPass
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
    late = delayed(trace.hidden_spikes)
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
