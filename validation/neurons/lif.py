"""LIF of the chip, of Lava 0.10 and in float64, with their kinds that reset at an interval, are ternary or rest.

Sources: ``loihi1-arithmetic`` section 1 (chip) and ``lava-arithmetic`` section 1 (Lava 0.10), whose symbols are used.
"""

from __future__ import annotations

from loihi_emu.validation.oracle_arithmetic import (
    LAVA_ACTIVATION_SHIFT,
    LAVA_LIMIT,
    Q_BITS,
    U_BITS,
    V_LIMIT,
    VTH_EXP,
    clip,
    decay,
    wrap,
)
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


def resetting(rule: NeuronRule) -> NeuronRule:
    """Return a rule whose u and v are 0 before the update of every `reset_interval`-th step.

    Lava counts its steps from 1, so step t here is its step t + 1.

    Examples
    --------
    >>> n = Neuron(u=5.0, v=7.0, p={"du": 0.0, "dv": 0.0, "vth": 9.0, "reset_interval": 3, "reset_offset": 0})
    >>> resetting(float_lif)(n, Arrival(step=2, q=1.0), {}), n.u, n.v
    (0, 1.0, 1.0)
    """

    def advance(n: Neuron, a: Arrival, counts: Counts) -> float:
        interval = n.p["reset_interval"]
        if (a.step + 1) % interval == n.p["reset_offset"] % interval:
            n.u, n.v = type(n.u)(0), type(n.v)(0)
        return rule(n, a, counts)

    return advance


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


MODELS: dict[str, dict[str, NeuronRule]] = {
    "chip": {"lif": chip_lif},
    "lava": {"lif": lava_lif, "lif_reset": resetting(lava_lif), "ternary_lif": lava_ternary_lif},
    "float": {
        "lif": float_lif,
        "lif_reset": resetting(float_lif),
        "ternary_lif": float_ternary_lif,
        "lif_refractory": float_lif_refractory,
    },
}
