"""ATRLIF, by Lava's rules and in float64."""

from __future__ import annotations

from loihi_emu.validation.oracle_arithmetic import (
    DECAY_BITS,
    DECAY_ONE,
    LAVA_ACTIVATION_SHIFT,
    LAVA_LIMIT,
    V_LIMIT,
    VTH_EXP,
    clip,
    truncating_shift,
    wrap,
)
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule, counted


def fraction_left(delta: float) -> int:
    """Return what a decay given as a fraction leaves, in units of 1/4096, cut to a whole number.

    Examples
    --------
    >>> fraction_left(0.4), fraction_left(0.0)
    (2457, 4096)
    """
    return int(DECAY_ONE - delta * DECAY_ONE)


def lava_atrlif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's ATRLIF: neither current nor voltage is reset, threshold and refractory state rise instead.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> p = {"delta_i": 0.0, "delta_v": 0.0, "delta_theta": 0.5, "delta_r": 0.5, "theta_0": 1.0, "theta_step": 2.0}
    >>> n = Neuron(p=p | {"bias_mant": 0, "bias_exp": 0, "i": 0, "r": 0})
    >>> lava_atrlif(n, Arrival(step=0, q=1), dict.fromkeys(COUNTERS, 0)), n.v, n.more
    (1, 64, {'i': 64, 'theta': 192, 'r': 128, 's': 1})
    """
    p, rest = n.p, int(n.p["theta_0"] * (1 << VTH_EXP))
    more = n.more or {"i": p["i"], "theta": rest, "r": p["r"]}
    exp = p["bias_exp"]
    bias = p["bias_mant"] << exp if exp >= 0 else p["bias_mant"] >> -exp
    left = int(more["i"] * (DECAY_ONE - (p["delta_i"] * DECAY_ONE + 1)))
    i = wrap(truncating_shift(left, DECAY_BITS) + wrap(a.q << LAVA_ACTIVATION_SHIFT, 31), 31)
    turns = int(i <= -LAVA_LIMIT) - int(i > LAVA_LIMIT)
    i = counted(i, i + 2 * LAVA_LIMIT * turns, counts, "u_overflow")
    v = wrap(truncating_shift(n.v * fraction_left(p["delta_v"]), DECAY_BITS) + i + bias, 31)
    n.v = counted(v, clip(v, -V_LIMIT, V_LIMIT), counts, "v_saturation")
    theta = truncating_shift((more["theta"] - rest) * fraction_left(p["delta_theta"]), DECAY_BITS) + rest
    r = truncating_shift(more["r"] * fraction_left(p["delta_r"]), DECAY_BITS)
    spike = n.v - r >= theta
    if spike:
        r, theta = r + 2 * theta, theta + int(p["theta_step"] * (1 << VTH_EXP))
    n.more = {"i": i, "theta": theta, "r": r, "s": int(spike)}
    return int(spike)


def float_atrlif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance ATRLIF in floating point, operations in Lava's order.

    Examples
    --------
    >>> p = {"delta_i": 0.0, "delta_v": 0.5, "delta_theta": 0.5, "delta_r": 0.5, "theta_0": 1.0, "theta_step": 2.0}
    >>> n = Neuron(v=2.0, p=p | {"bias": 0.0, "i": 0.0, "r": 0.0, "theta": 1.0})
    >>> float_atrlif(n, Arrival(step=0, q=0.5), {}), n.v, n.more
    (1, 1.5, {'i': 0.5, 'theta': 3.0, 'r': 2.0, 's': 1})
    """
    p = n.p
    more = n.more or {name: p[name] for name in ("i", "theta", "r")}
    i = (1 - p["delta_i"]) * more["i"] + a.q
    n.v = (1 - p["delta_v"]) * n.v + i + p["bias"]
    theta = (1 - p["delta_theta"]) * (more["theta"] - p["theta_0"]) + p["theta_0"]
    r = (1 - p["delta_r"]) * more["r"]
    spike = n.v - r >= theta
    if spike:
        r, theta = r + 2 * theta, theta + p["theta_step"]
    n.more = {"i": i, "theta": theta, "r": r, "s": int(spike)}
    return int(spike)


MODELS: dict[str, dict[str, NeuronRule]] = {
    "lava": {"atrlif": lava_atrlif},
    "float": {"atrlif": float_atrlif},
}
