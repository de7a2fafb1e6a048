"""From parameters as users give them to the arrays that kernels read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.models import layout as at
from loihi_emu.models.specification import Arrays

UNITY = 4096
V_LIMIT = (1 << 23) - 1
QUIET_BIAS = 1 << 19
"""Above this magnitude a bias (with noise) may push v out of its field within one step."""
LAVA_BIAS = 1 << 26
"""v is clipped to 24 bits right after the bias is added: beyond this, more bias changes nothing."""


def lower_chip(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Chip LIF: keep = 4096 - decay, bias = mantissa << exponent, vth = mantissa << 6.

    `context` says whether noise is added (its largest magnitude under "noise") and whether some refractory counter
    is running ("resting").
    """
    arrays: Arrays = {
        "keep_u": UNITY - p["du"],
        "keep_v": UNITY - p["dv"],
        "bias": p["bias"] << p["bias_exp"],
        "vth": p["vth"] << p["vth_exp"] if "vth_exp" in p else p["vth"] << 6,
        "vmin": p["vmin"],
        "vmax": p["vmax"],
        "refractory": p["refractory"],
        "noise_u": np.asarray(0),
    }
    limited = np.any(p["vmin"] != -V_LIMIT) or np.any(p["vmax"] != V_LIMIT)
    exact = limited or context.get("noise") or np.any(np.abs(arrays["bias"]) > QUIET_BIAS)
    rests = np.any(p["refractory"] > 1) or context.get("resting", False)
    return arrays, (at.EXACT if exact else 0) | (at.REFRACTORY if rests else 0)


def lower_nengo(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """The chip's LIF with currents in full units, since nengo-loihi's weights need not be multiples of 64."""
    arrays, flags = lower_chip(p, context)
    return arrays, flags | at.EXACT | at.FULL_UNITS


def lower_brian2(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """brian2-loihi's LIF: no bias, no limits."""
    return {
        "keep_u": UNITY - p["du"],
        "keep_v": UNITY - p["dv"],
        "vth": p["vth"] << 6,
        "refractory": p["refractory"],
    }, 0


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
        "keep_u": UNITY - 1 - p["du"],
        "keep_v": UNITY - p["dv"],
        "bias": np.clip(bias, -LAVA_BIAS, LAVA_BIAS),
        "interval": np.asarray(0),
        "offset": np.asarray(0),
    }


def lower_lava(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIF: one threshold; the low one is out of reach."""
    return _lava(p) | {"vth": p["vth"] << 6, "vth_low": np.asarray(-(1 << 30))}, 0


def lower_lava_reset(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's LIFReset."""
    arrays, flags = lower_lava(p, context)
    return arrays | {"interval": p["reset_interval"], "offset": p["reset_offset"]}, flags


def lower_lava_ternary(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
    """Lava's TernaryLIF: two thresholds."""
    return _lava(p) | {"vth": p["vth_hi"] << 6, "vth_low": p["vth_lo"] << 6}, 0
