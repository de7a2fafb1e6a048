"""The LIF of the chip whose threshold rises with every spike and falls back."""

from __future__ import annotations

from loihi_emu.validation.oracle_arithmetic import Q_BITS, U_BITS, V_LIMIT, VTH_EXP, clip, decay, wrap
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule, counted


def chip_lif_adaptive(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a neuron whose threshold is vth and w, which a spike raises.

    Examples
    --------
    >>> p = {"du": 4096, "dv": 0, "dw": 2048, "vth": 1, "rise": 2, "bias": 100}
    >>> n = Neuron(p=p | {"w": 0})
    >>> [chip_lif_adaptive(n, Arrival(step=k), {}) for k in range(3)], n.v, n.more
    ([1, 0, 1], 0, {'w': 160})
    """
    p, w = n.p, n.more.get("w", n.p["w"])
    q = counted(a.q, wrap(a.q, Q_BITS), counts, "q_overflow")
    u = decay(n.u, p["du"]) + q
    n.u = counted(u, wrap(u, U_BITS), counts, "u_overflow")
    x = n.u + p["bias"]
    v = decay(n.v, p["dv"]) + counted(x, wrap(x, U_BITS), counts, "x_overflow")
    n.v = counted(v, clip(v, -V_LIMIT, V_LIMIT), counts, "v_saturation")
    w = decay(w, p["dw"])
    spike = n.v > (p["vth"] << VTH_EXP) + w
    if spike:
        n.v, w = 0, min(w + (p["rise"] << VTH_EXP), V_LIMIT)
    n.more["w"] = w
    return int(spike)


MODELS: dict[str, dict[str, NeuronRule]] = {"chip": {"lif_adaptive": chip_lif_adaptive}}
