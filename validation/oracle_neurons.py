"""One neuron, one step: the models of the rule sets ``chip``, ``lava`` and ``float``.

Sources: ``loihi1-arithmetic`` section 1 (chip) and ``lava-arithmetic`` section 1 (Lava
0.10), whose symbols are used. Every function takes the neuron, what arrived in this step and a dictionary of
counters, changes the neuron, and returns the payload of its spike: 0 when silent, 1, or -1 (ternary).
"""

from __future__ import annotations

from loihi_emu.validation.oracle_arithmetic import (
    DECAY_BITS,
    DECAY_ONE,
    LAVA_ACTIVATION_SHIFT,
    LAVA_LIMIT,
    Q_BITS,
    U_BITS,
    V_LIMIT,
    VTH_EXP,
    clip,
    decay,
    truncating_shift,
    wrap,
)
from loihi_emu.validation.oracle_changes import (
    float_delta,
    float_sigma,
    float_sigma_delta,
    lava_delta,
    lava_sigma,
    lava_sigma_delta,
    lava_sigma_delta_corrected,
)
from loihi_emu.validation.oracle_integrators import chip_lif_subtract, float_li, float_lif_subtract
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule, counted


def fire_and_hold(n: Neuron, threshold: float) -> int:
    """Hold v at 0 while refractory, fire strictly above the threshold, reset to 0 and count the refractory steps."""
    if n.held > 0:
        n.v = type(n.v)(0)
    spike = n.v > threshold
    if spike:
        n.v = type(n.v)(0)
        n.held = n.p.get("refractory", 1)
    n.held = max(n.held - 1, 0)
    return int(spike)


def chip_lif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a neuron of the chip, as nengo-loihi's tests compare it with silicon.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> n = Neuron(u=100, p={"du": 2048, "dv": 0, "vth": 3, "bias": 10})
    >>> chip_lif(n, Arrival(step=0, q=64), dict.fromkeys(COUNTERS, 0)), n.u, n.v
    (0, 114, 124)
    """
    p = n.p
    q = a.q + a.noise_u
    q = counted(q, wrap(q, Q_BITS), counts, "q_overflow")
    u = decay(n.u, p["du"]) + q
    n.u = counted(u, wrap(u, U_BITS), counts, "u_overflow")
    x = n.u + (p.get("bias", 0) << p.get("bias_exp", 0)) + a.noise_v
    x = counted(x, wrap(x, U_BITS), counts, "x_overflow")
    v = decay(n.v, p["dv"]) + x
    counted(v, clip(v, -V_LIMIT, V_LIMIT), counts, "v_saturation")
    n.v = clip(v, p.get("vmin", -V_LIMIT), p.get("vmax", V_LIMIT))
    return fire_and_hold(n, p["vth"] << p.get("vth_exp", VTH_EXP))


def lava_subthreshold(n: Neuron, a: Arrival, counts: Counts) -> None:
    """Advance u and v as Lava's fixed-point LIF does, in 32-bit containers.

    The register du is one less than the decay it causes. u wraps once, and its range is (-2^23, 2^23]; v saturates.
    """
    p = n.p
    mantissa = p.get("bias_mant", p.get("bias", 0))
    exp = p.get("bias_exp", 0)
    bias = wrap(mantissa << exp, 31) if exp >= 0 else mantissa >> -exp
    u = decay(n.u, p["du"] + 1) + (wrap(a.q, 31) << LAVA_ACTIVATION_SHIFT)
    u = wrap(u, 31)
    if u > LAVA_LIMIT:
        n.u = u - 2 * LAVA_LIMIT
    elif u <= -LAVA_LIMIT:
        n.u = u + 2 * LAVA_LIMIT
    else:
        n.u = u
    counted(u, n.u, counts, "u_overflow")
    v = wrap(decay(n.v, p["dv"]) + n.u + bias, 31)
    n.v = counted(v, clip(v, -V_LIMIT, V_LIMIT), counts, "v_saturation")


def lava_lif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's LIF.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> n = Neuron(u=4096, p={"du": 0, "dv": 0, "vth": 100})
    >>> lava_lif(n, Arrival(step=0, q=2), dict.fromkeys(COUNTERS, 0)), n.u, n.v
    (0, 4223, 4223)
    """
    lava_subthreshold(n, a, counts)
    spike = n.v > n.p["vth"] << VTH_EXP
    if spike:
        n.v = 0
    return int(spike)


def lava_lif_reset(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's LIFReset: u and v are 0 before the update of every `reset_interval`-th step.

    Lava counts its steps from 1, so step t here is its step t + 1.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> n = Neuron(u=5, v=7, p={"du": 0, "dv": 0, "vth": 100, "reset_interval": 3, "reset_offset": 0})
    >>> lava_lif_reset(n, Arrival(step=2, q=1), dict.fromkeys(COUNTERS, 0)), n.u, n.v
    (0, 64, 64)
    """
    interval = n.p["reset_interval"]
    if (a.step + 1) % interval == n.p["reset_offset"] % interval:
        n.u = 0
        n.v = 0
    return lava_lif(n, a, counts)


def lava_ternary_lif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's TernaryLIF: +1 above the upper threshold, -1 below the lower, v reset to 0 on either.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> n = Neuron(p={"du": 0, "dv": 0, "vth_hi": 2, "vth_lo": -2})
    >>> lava_ternary_lif(n, Arrival(step=0, q=-3), dict.fromkeys(COUNTERS, 0)), n.u, n.v
    (-1, -192, 0)
    """
    lava_subthreshold(n, a, counts)
    sign = int(n.v > n.p["vth_hi"] << VTH_EXP) - int(n.v < n.p["vth_lo"] << VTH_EXP)
    if sign:
        n.v = 0
    return sign


def lava_graded_vec(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's GradedVec: what arrived, in 32 bits, is the payload where its magnitude exceeds the threshold.

    Examples
    --------
    >>> n = Neuron(p={"vth": 2})
    >>> lava_graded_vec(n, Arrival(step=0, q=-3), {}), lava_graded_vec(n, Arrival(step=1, q=2), {})
    (-3, 0)
    """
    value, n.v = wrap(int(n.v) + int(a.q), 31), 0
    return value if wrap(abs(value), 31) > n.p["vth"] else 0


def lava_graded_relu_vec(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's GradedReluVec: as GradedVec, where what arrived is positive.

    Examples
    --------
    >>> lava_graded_relu_vec(Neuron(p={"vth": 2}), Arrival(step=0, q=-3), {})
    0
    """
    value, n.v = wrap(int(n.v) + int(a.q), 31), 0
    return value if value > n.p["vth"] else 0


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


def float_lif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a floating-point LIF, operations from left to right as in Lava; refractory steps as on the chip.

    Examples
    --------
    >>> n = Neuron(u=1.0, v=0.5, p={"du": 0.5, "dv": 0.25, "vth": 2.0})
    >>> float_lif(n, Arrival(step=0, q=0.25), {}), n.u, n.v
    (0, 0.75, 1.125)
    """
    p = n.p
    n.u = n.u * (1 - p["du"]) + a.q
    n.v = n.v * (1 - p["dv"]) + n.u + p.get("bias_mant", p.get("bias", 0.0))
    return fire_and_hold(n, p["vth"])


def float_lif_reset(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance a floating-point LIFReset: u and v are 0 before the update of every `reset_interval`-th step.

    Examples
    --------
    >>> n = Neuron(u=5.0, v=7.0, p={"du": 0.0, "dv": 0.0, "vth": 9.0, "reset_interval": 3, "reset_offset": 0})
    >>> float_lif_reset(n, Arrival(step=2, q=1.0), {}), n.u, n.v
    (0, 1.0, 1.0)
    """
    interval = n.p["reset_interval"]
    if (a.step + 1) % interval == n.p["reset_offset"] % interval:
        n.u = 0.0
        n.v = 0.0
    return float_lif(n, a, counts)


def float_ternary_lif(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance a floating-point TernaryLIF.

    Examples
    --------
    >>> n = Neuron(v=0.0, p={"du": 0.0, "dv": 0.0, "vth_hi": 2.0, "vth_lo": -2.0, "bias": 0.0})
    >>> float_ternary_lif(n, Arrival(step=0, q=-3.0), {}), n.u, n.v
    (-1, -3.0, 0.0)
    """
    p = n.p
    n.u = n.u * (1 - p["du"]) + a.q
    n.v = n.v * (1 - p["dv"]) + n.u + p["bias"]
    sign = int(n.v > p["vth_hi"]) - int(n.v < p["vth_lo"])
    if sign:
        n.v = 0.0
    return sign


def float_lif_refractory(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance Lava's floating-point LIFRefractory: after a spike v does not move for `refractory_period` steps.

    Examples
    --------
    >>> n = Neuron(v=0.0, p={"du": 1.0, "dv": 0.0, "vth": 2.0, "bias": 0.0, "refractory_period": 2})
    >>> [float_lif_refractory(n, Arrival(step=t, q=3.0), {}) for t in range(4)], n.more
    ([1, 0, 0, 1], {'refractory_period_end': 6})
    """
    p, now = n.p, a.step + 1
    end = n.more.get("refractory_period_end", 0)
    n.u = n.u * (1 - p["du"]) + a.q
    if end < now:
        n.v = n.v * (1 - p["dv"]) + (n.u + p["bias"])
    spike = n.v > p["vth"]
    if spike:
        n.v, end = 0.0, now + p["refractory_period"]
    n.more["refractory_period_end"] = end
    return int(spike)


NEURONS: dict[str, dict[str, NeuronRule]] = {
    "chip": {"lif": chip_lif, "lif_subtract": chip_lif_subtract},
    "lava": {
        "lif": lava_lif,
        "lif_reset": lava_lif_reset,
        "ternary_lif": lava_ternary_lif,
        "graded_vec": lava_graded_vec,
        "graded_relu_vec": lava_graded_relu_vec,
        "atrlif": lava_atrlif,
        "sigma": lava_sigma,
        "delta": lava_delta,
        "sigma_delta": lava_sigma_delta,
        "sigma_delta_corrected": lava_sigma_delta_corrected,
    },
    "float": {
        "lif": float_lif,
        "lif_reset": float_lif_reset,
        "ternary_lif": float_ternary_lif,
        "lif_refractory": float_lif_refractory,
        "lif_subtract": float_lif_subtract,
        "li": float_li,
        "atrlif": float_atrlif,
        "sigma": float_sigma,
        "delta": float_delta,
        "sigma_delta": float_sigma_delta,
    },
}
"""Models by the names of rule sets."""
