"""From parameters as users give them to the arrays that kernels read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, WEIGHT_SHIFT

QUIET_BIAS = 1 << 19
"""Above this magnitude a bias (with noise) may push v out of its field within one step."""
VTH_16 = (1 << 15) - 1
"""Above this threshold mantissa v reaches beyond 2^21 anyway, where every field is checked."""


def lower_chip(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Chip LIF: keep = 4096 - decay, bias = mantissa << exponent, vth = mantissa << WEIGHT_SHIFT.

    Biases and thresholds stand there twice: in full for the path that checks every field, and in 16 bits for the quick
    one, which is not taken when they do not fit. `context` says whether noise is added ("noise") and whether some
    refractory counter is running ("resting").
    """
    bias = p["bias"] << p["bias_exp"]
    vth = p["vth"] << p.get("vth_exp", WEIGHT_SHIFT)
    bias16, shift = _sixteen_bits(bias)
    limited = np.any(p["vmin"] != -STATE_MAX) or np.any(p["vmax"] != STATE_MAX)
    large = bias16 is None or np.any(np.abs(bias) > QUIET_BIAS) or np.any(p["vth"] > VTH_16)
    exact = limited or large or context.get("noise", False)
    rests = np.any(p["refractory"] > 1) or context.get("resting", False)
    arrays: Arrays = {
        "keep_u": DECAY_UNITY - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "bias": bias,
        "vth": vth,
        "vmin": p["vmin"],
        "vmax": p["vmax"],
        "refractory": p["refractory"],
        "noise_u": np.asarray(0),
        "bias16": np.asarray(0) if exact or bias16 is None else bias16,
        "vth16": np.asarray(0) if exact else p["vth"],
    }
    return arrays, (at.EXACT if exact else shift << at.SHIFT) | (at.REFRACTORY if rests else 0)


def _sixteen_bits(bias: Any) -> tuple[Any, int]:
    """Biases as 16-bit numbers and a common left shift; None when there is none."""
    if np.max(np.abs(bias)) < 1 << 15:
        return bias, 0
    bits = int(np.bitwise_or.reduce(np.atleast_1d(bias)))
    shift = (bits & -bits).bit_length() - 1
    shifted = bias >> shift
    return (shifted, shift) if np.max(np.abs(shifted)) < 1 << 15 else (None, 0)


def lower_float(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Floating-point LIF."""
    return {
        "keep_u": 1.0 - p["du"],
        "keep_v": 1.0 - p["dv"],
        "bias": p["bias"],
        "vth": p["vth"],
        "refractory": p["refractory"],
    }, 0


def _lava(p: Mapping[str, Any]) -> Arrays:
    """What Lava's fixed-point LIF models share: decay du + 1, bias shifted left or (floor) right."""
    mantissa, exponent = p["bias_mant"], p["bias_exp"]
    bias = np.where(exponent >= 0, mantissa << np.maximum(exponent, 0), mantissa >> np.maximum(-exponent, 0))
    return {
        "keep_u": DECAY_UNITY - 1 - p["du"],
        "keep_v": DECAY_UNITY - p["dv"],
        "bias": bias,
        "interval": np.asarray(0),
        "offset": np.asarray(0),
    }


def lower_lava(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIF: one threshold; the low one is out of reach."""
    return _lava(p) | {"vth": p["vth"] << WEIGHT_SHIFT, "vth_low": np.asarray(-(1 << 30))}, 0


def lower_lava_reset(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIFReset."""
    arrays, flags = lower_lava(p, context)
    return arrays | {"interval": p["reset_interval"], "offset": p["reset_offset"]}, flags


def lower_lava_ternary(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's TernaryLIF: two thresholds."""
    return _lava(p) | {"vth": p["vth_hi"] << WEIGHT_SHIFT, "vth_low": p["vth_lo"] << WEIGHT_SHIFT}, 0
