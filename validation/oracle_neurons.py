"""One neuron, one step: the models of the rule sets ``chip``, ``lava`` and ``float``.

Sources: ``loihi1-arithmetic`` section 1 (chip) and ``lava-arithmetic`` section 1 (Lava
0.10), whose symbols are used. Every function takes the neuron, what arrived in this step and a dictionary of
counters, changes the neuron, and returns the payload of its spike: 0 when silent, 1, or -1 (ternary).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

DECAY_BITS = 12
DECAY_ONE = 1 << DECAY_BITS
Q_BITS = 21  # bits of the synaptic input q, without its sign
U_BITS = 23  # bits of u and of u + bias, without their sign
V_LIMIT = (1 << 23) - 1
VTH_EXP = 6
LAVA_LIMIT = 1 << 23
LAVA_ACTIVATION_SHIFT = 6

COUNTERS = ("q_overflow", "u_overflow", "x_overflow", "v_saturation")

Counts = dict[str, int]


@dataclass
class Neuron:
    """State and parameters of one neuron: plain numbers (integers, or floats under ``rules="float"``)."""

    u: Any = 0
    v: Any = 0
    held: int = 0  # refractory counter
    p: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # state other than u and v, of rules that keep some


@dataclass
class Arrival:
    """What reaches a neuron in one step: the step, the sum of its inputs, and noise for u and v.

    Of a model with several ports `ports` has the sum of each that anything is connected to, and `q` is 0.
    """

    step: int
    q: Any = 0
    noise_u: int = 0
    noise_v: int = 0
    ports: dict[str, Any] = field(default_factory=dict)


def truncating_shift(x: int, bits: int) -> int:
    """Shift right, rounding toward zero.

    Examples
    --------
    >>> truncating_shift(7, 1), truncating_shift(-7, 1)
    (3, -3)
    """
    return x >> bits if x >= 0 else -(-x >> bits)


def decay(x: int, d: int) -> int:
    """Let `x` lose the fraction d/4096, the rest truncated toward zero: ``sgn(x) * ((|x|*(4096-d)) >> 12)``.

    Parameters
    ----------
    x : int
        State.
    d : int
        Effective decay, 0 (keeps all) .. 4096 (loses all).

    Examples
    --------
    >>> decay(1000, 1), decay(-1000, 1), decay(1000, 0), decay(1000, 4096)
    (999, -999, 1000, 0)
    """
    return truncating_shift(x * (DECAY_ONE - d), DECAY_BITS)


def wrap(x: int, bits: int) -> int:
    """Wrap `x` to `bits` bits and a sign, two's complement: the range is [-2^bits, 2^bits - 1].

    Examples
    --------
    >>> wrap(2**23, 23), wrap(-2**23, 23), wrap(-2**23 - 1, 23)
    (-8388608, -8388608, 8388607)
    """
    return ((x + (1 << bits)) & ((1 << (bits + 1)) - 1)) - (1 << bits)


def clip(x: int, low: int, high: int) -> int:
    """Clip `x` to low..high.

    Examples
    --------
    >>> clip(-5, 0, 3), clip(2, 0, 3), clip(5, 0, 3)
    (0, 2, 3)
    """
    return max(low, min(high, x))


def counted(exact: int, kept: int, counts: Counts, name: str) -> int:
    """Return `kept`, counting under `name` when it is not `exact`."""
    if kept != exact:
        counts[name] += 1
    return kept


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


def lava_sum(x: int, counts: Counts, name: str) -> int:
    """Return a sum in Lava's 32-bit containers, counting under `name` where it wraps."""
    return counted(x, wrap(x, 31), counts, name)


def lava_sigma(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's Sigma: the payload is the sum of all that arrived.

    Examples
    --------
    >>> n, counts = Neuron(more={"sigma": 5}), dict.fromkeys(COUNTERS, 0)
    >>> lava_sigma(n, Arrival(step=0, q=-3), counts), lava_sigma(n, Arrival(step=1, q=-2), counts)
    (2, 0)
    """
    n.more["sigma"] = lava_sum(n.more.get("sigma", 0) + wrap(int(a.q), 31), counts, "u_overflow")
    return int(n.more["sigma"])


def sent_change(n: Neuron, y: Any, threshold: Any, counts: Counts, in_32_bits: bool) -> Any:
    """Return the change of an activation if it reaches the threshold, else 0, and keep what is left of it.

    Examples
    --------
    >>> n = Neuron(p={"cum_error": 0})
    >>> [sent_change(n, y, 2.0, {}, False) for y in (1.0, 3.0, 3.0)], n.more
    ([0.0, 3.0, 0.0], {'act': 3.0, 'residue': 0.0, 'error': 0.0})
    """
    zero = type(y)(0)
    act, residue, error = (n.more.get(name, zero) for name in ("act", "residue", "error"))
    exact, whole = y - act + residue, zero
    change = wrap(exact, 31) if in_32_bits else exact
    measure = change
    if n.p.get("cum_error", 0):
        whole = error + change
        measure = error = wrap(whole, 31) if in_32_bits else whole
    if in_32_bits and (change != exact or (n.p.get("cum_error", 0) and error != whole)):
        counts["v_saturation"] += 1
    size = wrap(abs(measure), 31) if in_32_bits else abs(measure)
    sent = change if size >= threshold else zero
    if n.p.get("cum_error", 0) and sent != 0:
        error = zero
    n.more.update({"act": y, "residue": change - sent, "error": error})
    return sent


def lava_delta(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's Delta: the payload is the change of what arrives, where it reaches the threshold.

    Examples
    --------
    >>> n = Neuron(p={"vth": 2, "cum_error": 0, "spike_exp": 1, "state_exp": 2})
    >>> [lava_delta(n, Arrival(step=0, q=q), dict.fromkeys(COUNTERS, 0)) for q in (1, 3, 3, 0)]
    [0, 6, 0, -6]
    """
    shift, q = n.p["spike_exp"] + n.p["state_exp"], wrap(int(a.q), 31)
    y = lava_sum(q << shift, counts, "q_overflow")
    return int(sent_change(n, y, n.p["vth"] << shift, counts, True) >> n.p["state_exp"])


def lava_activation(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Sum up what arrived and return the activation: the sum and the bias, or the positive part of it."""
    lava_sigma(n, a, counts)
    shift = n.p["spike_exp"] + n.p["state_exp"]
    y = lava_sum(n.more["sigma"] + (n.p["bias"] << shift), counts, "x_overflow")
    return max(y, 0) if n.p["act_mode"] else y


def lava_sigma_delta(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's SigmaDelta.

    Examples
    --------
    >>> n = Neuron(p={"vth": 2, "bias": 1, "act_mode": 1, "cum_error": 0, "spike_exp": 0, "state_exp": 0})
    >>> [lava_sigma_delta(n, Arrival(step=0, q=q), dict.fromkeys(COUNTERS, 0)) for q in (0, 3, 0, -9)]
    [0, 4, 0, -4]
    """
    y = lava_activation(n, a, counts)
    shift = n.p["spike_exp"] + n.p["state_exp"]
    return int(sent_change(n, y, n.p["vth"] << shift, counts, True) >> n.p["state_exp"])


def lava_sigma_delta_corrected(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's SigmaDelta that compares with what was really sent.

    Examples
    --------
    >>> n = Neuron(p={"vth": 1, "bias": 0, "act_mode": 0, "spike_exp": 0, "state_exp": 1})
    >>> [lava_sigma_delta_corrected(n, Arrival(step=0, q=q), dict.fromkeys(COUNTERS, 0)) for q in (3, 0, 1)]
    [1, 0, 1]
    """
    y, p = lava_activation(n, a, counts), n.p
    act = n.more.get("act", 0)
    change = wrap(y - act, 31)
    reached = wrap(abs(change), 31) >= p["vth"] << (p["spike_exp"] + p["state_exp"])
    sent = (change if reached else 0) >> p["state_exp"]
    known = act + (sent << p["state_exp"])
    if change != y - act or wrap(known, 31) != known:
        counts["v_saturation"] += 1
    n.more.update({"act": wrap(known, 31), "residue": 0, "error": 0})
    return int(sent)


def float_sigma(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance Sigma in floating point.

    Examples
    --------
    >>> float_sigma(Neuron(more={"sigma": 0.5}), Arrival(step=0, q=0.25), {})
    0.75
    """
    n.more["sigma"] = n.more.get("sigma", 0.0) + a.q
    return float(n.more["sigma"])


def float_delta(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance Delta in floating point.

    Examples
    --------
    >>> n = Neuron(p={"vth": 0.5, "cum_error": 1})
    >>> [float_delta(n, Arrival(step=0, q=q), {}) for q in (0.25, 0.25, 0.25)]
    [0.0, 0.25, 0.0]
    """
    return float(sent_change(n, float(a.q), n.p["vth"], counts, False))


def float_sigma_delta(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance SigmaDelta in floating point.

    Examples
    --------
    >>> n = Neuron(p={"vth": 0.5, "bias": -1.0, "act_mode": 1, "cum_error": 0})
    >>> [float_sigma_delta(n, Arrival(step=0, q=q), {}) for q in (0.75, 0.75, 0.25)]
    [0.0, 0.5, 0.0]
    """
    y = float_sigma(n, a, counts) + n.p["bias"]
    return float(sent_change(n, max(y, 0.0) if n.p["act_mode"] else y, n.p["vth"], counts, False))


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


NeuronRule = Callable[[Neuron, Arrival, Counts], float]

NEURONS: dict[str, dict[str, NeuronRule]] = {
    "chip": {"lif": chip_lif},
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
        "atrlif": float_atrlif,
        "sigma": float_sigma,
        "delta": float_delta,
        "sigma_delta": float_sigma_delta,
    },
}
"""Models by the names of rule sets."""
