"""Models with two ports, by Lava's rules and in floating point.

The sine and the cosine of a resonator are the C library's: their last bit decides how a coefficient is cut, and NumPy
1.24 has another one. Those of "rf_zero" are NumPy's.
"""

from __future__ import annotations

import math

import numpy as np

from loihi_emu.validation.oracle_arithmetic import V_LIMIT, clip, truncating_shift, wrap
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule


def lava_rotated(n: Neuron, a: Arrival, counts: Counts) -> tuple[int, int, int]:
    """Return real and imaginary part of Lava's RF after a step, and its threshold."""
    p = n.p
    bits, exp, angle = p["decay_bits"], p["state_exp"], 2 * np.pi / p["period"]
    sin, cos = (int((1 - p["alpha"]) * f(angle) * (1 << bits)) for f in (math.sin, math.cos))
    arrived = [wrap(a.ports.get(port, 0), 31) << exp for port in ("a_real_in", "a_imag_in")]
    x, y = (wrap(total, 31) for total in arrived)
    if [x, y] != arrived:
        counts["q_overflow"] += 1
    re, im = n.more["real"], n.more["imag"]
    free = [
        truncating_shift(re * cos, bits) - truncating_shift(im * sin, bits) + x,
        truncating_shift(re * sin, bits) + truncating_shift(im * cos, bits) + y,
    ]
    new_re, new_im = (clip(part, -V_LIMIT, V_LIMIT) for part in free)
    if [new_re, new_im] != free:
        counts["v_saturation"] += 1
    return new_re, new_im, int(p["vth"] * (1 << exp))


def lava_rf(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's RF: a spike where the state passes the positive real axis upwards, beyond the threshold.

    Examples
    --------
    >>> p = {"period": 4.0, "alpha": 0.0, "state_exp": 2, "decay_bits": 12, "vth": 3.0, "real": 0, "imag": 0}
    >>> n = Neuron(p=p)
    >>> [lava_rf(n, Arrival(k, ports={"a_imag_in": -4 * (k == 0)}), {}) for k in range(3)], n.more
    ([0, 1, 0], {'real': 0, 'imag': 16})
    """
    n.more = n.more or {"real": n.p["real"], "imag": n.p["imag"]}
    re, im, threshold = lava_rotated(n, a, counts)
    spike = re >= threshold and im >= 0 and n.more["imag"] < 0
    n.more = {"real": re, "imag": im}
    return int(spike)


def lava_rf_iz(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's RF_IZ: a spike, and a reset, where the imaginary part reaches the threshold.

    Examples
    --------
    >>> p = {"period": 4.0, "alpha": 0.0, "state_exp": 2, "decay_bits": 12, "vth": 3.0, "real": 0, "imag": 0}
    >>> n = Neuron(p=p)
    >>> lava_rf_iz(n, Arrival(0, ports={"a_imag_in": 4}), {}), n.more
    (1, {'real': 0, 'imag': 11})
    """
    n.more = n.more or {"real": n.p["real"], "imag": n.p["imag"]}
    re, im, threshold = lava_rotated(n, a, counts)
    spike = im >= threshold
    n.more = {"real": 0, "imag": threshold - 1} if spike else {"real": re, "imag": im}
    return int(spike)


def float_rotated(n: Neuron, a: Arrival) -> tuple[float, float]:
    """Return real and imaginary part of RF after a step, operations from left to right as in Lava."""
    angle = 2 * np.pi / n.p["period"]
    sin, cos = (float((1 - n.p["alpha"]) * f(angle)) for f in (math.sin, math.cos))
    re, im = n.more["real"], n.more["imag"]
    x, y = (a.ports.get(port, 0.0) for port in ("a_real_in", "a_imag_in"))
    return cos * re - sin * im + x, sin * re + cos * im + y


def float_rf(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance RF in floating point.

    Examples
    --------
    >>> n = Neuron(p={"period": 1.0, "alpha": 0.5, "vth": 0.5, "real": 2.0, "imag": -1.0})
    >>> float_rf(n, Arrival(0, ports={"a_imag_in": 1.0}), {}), n.more["imag"] > 0
    (1, True)
    """
    n.more = n.more or {"real": n.p["real"], "imag": n.p["imag"]}
    re, im = float_rotated(n, a)
    spike = re >= n.p["vth"] and im >= 0 and n.more["imag"] < 0
    n.more = {"real": re, "imag": im}
    return int(spike)


def float_rf_iz(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance RF_IZ in floating point: reset to just below the threshold.

    Examples
    --------
    >>> n = Neuron(p={"period": 8.0, "alpha": 0.0, "vth": 1.0, "real": 0.0, "imag": 0.0})
    >>> float_rf_iz(n, Arrival(0, ports={"a_imag_in": 1.5}), {}), n.more
    (1, {'real': 0.0, 'imag': 0.99999})
    """
    n.more = n.more or {"real": n.p["real"], "imag": n.p["imag"]}
    re, im = float_rotated(n, a)
    spike = im >= n.p["vth"]
    n.more = {"real": 0.0 * re, "imag": n.p["vth"] - 1e-5} if spike else {"real": re, "imag": im}
    return int(spike)


def lava_rf_zero(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's RFZero: the amplitude is sent where v crosses 0 upwards and u is above the threshold.

    Examples
    --------
    >>> n = Neuron(u=0, v=-100, p={"freqs": 250.0, "decay_tau": 1e9, "dt": 0.001, "uth": 1})
    >>> lava_rf_zero(n, Arrival(0, ports={"u_in": 7}), {}), n.u, n.v
    (107, 107, 0)
    """
    p = n.p
    angle, length = p["dt"] * p["freqs"] * np.pi * 2, np.exp(p["dt"] * (-1 / p["decay_tau"]))
    sin, cos = (int(length * f(angle) * (1 << 15)) for f in (np.sin, np.cos))
    parts = {(x, c): wrap(x * c, 31) >> 15 for x in (n.u, n.v) for c in (sin, cos)}
    u = wrap(parts[n.u, cos] - parts[n.v, sin] + a.ports.get("u_in", 0), 31)
    v = wrap(parts[n.v, cos] + parts[n.u, sin] + a.ports.get("v_in", 0), 31)
    crosses = u > p["uth"] and v >= 0 and n.v < 0
    n.u, n.v = u, v
    return u if crosses else 0


def lava_prod_neuron(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's ProdNeuron: the product of both ports, in 32 bits, where its magnitude exceeds the threshold.

    Examples
    --------
    >>> lava_prod_neuron(Neuron(p={"vth": 2, "exp": 1}), Arrival(0, ports={"a_in1": -3, "a_in2": 3}), {})
    -5
    """
    product = wrap(a.ports.get("a_in1", 0) * a.ports.get("a_in2", 0), 31) >> n.p["exp"]
    return product if wrap(abs(product), 31) > n.p["vth"] else 0


MODELS: dict[str, dict[str, NeuronRule]] = {
    "lava": {"prod_neuron": lava_prod_neuron, "rf": lava_rf, "rf_iz": lava_rf_iz, "rf_zero": lava_rf_zero},
    "float": {"rf": float_rf, "rf_iz": float_rf_iz},
}
