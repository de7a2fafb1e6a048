"""The LIF that subtracts its threshold, by the chip's widths and in float64, and the leaky integrator."""

from __future__ import annotations

from typing import Any

from loihi_emu.validation.oracle_arithmetic import Q_BITS, U_BITS, V_LIMIT, VTH_EXP, clip, decay, wrap
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule, counted


def fire_and_subtract(n: Neuron, threshold: Any) -> int:
    """Fire strictly above the threshold, and take it off v.

    Examples
    --------
    >>> n = Neuron(v=5)
    >>> fire_and_subtract(n, 3), n.v
    (1, 2)
    """
    spike = n.v > threshold
    if spike:
        n.v = n.v - threshold
    return int(spike)


def chip_lif_subtract(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a neuron with the chip's widths whose spike takes the threshold off v.

    Examples
    --------
    >>> from loihi_emu.validation.oracle_neuron import COUNTERS
    >>> n = Neuron(p={"du": 4096, "dv": 0, "vth": 3, "bias": 10, "bias_exp": 0})
    >>> chip_lif_subtract(n, Arrival(step=0, q=256), dict.fromkeys(COUNTERS, 0)), n.u, n.v
    (1, 256, 74)
    """
    p = n.p
    q = counted(a.q, wrap(a.q, Q_BITS), counts, "q_overflow")
    u = decay(n.u, p["du"]) + q
    n.u = counted(u, wrap(u, U_BITS), counts, "u_overflow")
    x = n.u + (p["bias"] << p["bias_exp"])
    v = decay(n.v, p["dv"]) + counted(x, wrap(x, U_BITS), counts, "x_overflow")
    n.v = counted(v, clip(v, -V_LIMIT, V_LIMIT), counts, "v_saturation")
    return fire_and_subtract(n, p["vth"] << VTH_EXP)


def float_lif_subtract(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a floating-point LIF whose spike takes the threshold off v.

    Examples
    --------
    >>> n = Neuron(v=0.5, p={"du": 1.0, "dv": 0.0, "vth": 1.0, "bias": 0.0})
    >>> float_lif_subtract(n, Arrival(step=0, q=0.75), {}), n.v
    (1, 0.25)
    """
    float_li(n, a, counts)
    return fire_and_subtract(n, n.p["vth"])


def float_li(n: Neuron, a: Arrival, counts: Counts) -> float:
    """Advance a leaky integrator, which sends its voltage.

    Examples
    --------
    >>> n = Neuron(v=1.0, p={"du": 1.0, "dv": 0.5, "bias": 0.25})
    >>> float_li(n, Arrival(step=0, q=2.0), {}), n.v
    (2.75, 2.75)
    """
    p = n.p
    n.u = n.u * (1 - p["du"]) + a.q
    n.v = n.v * (1 - p["dv"]) + n.u + p["bias"]
    return float(n.v)


MODELS: dict[str, dict[str, NeuronRule]] = {
    "chip": {"lif_subtract": chip_lif_subtract},
    "float": {"lif_subtract": float_lif_subtract, "li": float_li},
}
