"""Neurons that sum up and send changes: Sigma, Delta and SigmaDelta by Lava's rules, in integers and in float64."""

from __future__ import annotations

from typing import Any

from loihi_emu.validation.oracle_arithmetic import wrap
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule, counted


def lava_sum(x: int, counts: Counts, name: str) -> int:
    """Return a sum in Lava's 32-bit containers, counting under `name` where it wraps."""
    return counted(x, wrap(x, 31), counts, name)


def lava_sigma(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's Sigma: the payload is the sum of all that arrived.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
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
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
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
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
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
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
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


MODELS: dict[str, dict[str, NeuronRule]] = {
    "lava": {
        "sigma": lava_sigma,
        "delta": lava_delta,
        "sigma_delta": lava_sigma_delta,
        "sigma_delta_corrected": lava_sigma_delta_corrected,
    },
    "float": {"sigma": float_sigma, "delta": float_delta, "sigma_delta": float_sigma_delta},
}
