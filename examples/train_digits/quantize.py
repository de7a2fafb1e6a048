"""Float weights and biases, in units of the threshold, as chip integers.

The chip adds 64 mantissa 2^exp to the current for each spike and compares v with 64 vth. With the exponent at 0, a
float weight w therefore has the mantissa w vth, and the best use of its range is the largest vth for which all
mantissas fit. Mantissas of a mixed-sign 8-bit connection are even and lie in -256..254: seven bits and a sign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu.demo.weights import DigitsLayer

MANTISSA_MAX = 254  # of 8 bits, mixed sign; -256 is left unused
MANTISSA_STEP = 2
VTH_UNIT = 64
VTH_MAX = 131071
BIAS_MAX = 4095
BIAS_EXP_MAX = 7


def quantize_layer(weights: ArrayLike, bias: ArrayLike, *, du: int, dv: int) -> DigitsLayer:
    """Round one layer to chip integers.

    Parameters
    ----------
    weights : array_like of float, shape (n_post, n_pre)
        Weights in units of the threshold.
    bias : array_like of float, shape (n_post,)
        Biases in units of the threshold, added to v in each step.
    du, dv : int
        Decays, 0..4096.

    Returns
    -------
    DigitsLayer
        Integers and the floats they came from. The weight error is at most one mantissa unit, 1 / vth of the threshold.

    Examples
    --------
    >>> layer = quantize_layer([[0.5, -0.25]], [0.1], du=2048, dv=400)
    >>> layer.vth, layer.mantissas.tolist(), layer.bias.tolist(), layer.bias_exp
    (508, [[254, -128]], [3251], 0)
    """
    floats, offsets = np.asarray(weights, dtype=np.float32), np.asarray(bias, dtype=np.float32)
    largest = float(np.abs(floats).max(initial=0.0))
    vth = min(int(MANTISSA_MAX / largest), VTH_MAX) if largest > 0 else MANTISSA_MAX
    mantissas = MANTISSA_STEP * np.rint(floats.astype(np.float64) * vth / MANTISSA_STEP)
    scaled = offsets.astype(np.float64) * vth * VTH_UNIT
    bias_exp = next(
        (e for e in range(BIAS_EXP_MAX) if np.rint(np.abs(scaled) / 2**e).max(initial=0) <= BIAS_MAX), BIAS_EXP_MAX
    )
    return DigitsLayer(
        mantissas=mantissas.astype(np.int16),
        weight_exp=0,
        du=du,
        dv=dv,
        vth=vth,
        bias=np.clip(np.rint(scaled / 2**bias_exp), -BIAS_MAX, BIAS_MAX).astype(np.int16),
        bias_exp=bias_exp,
        float_weights=floats,
        float_bias=offsets,
    )
