"""What a neuron costs with seldom used constants, beside one with common constants: emulator against emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.race import Contestant, Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import Size
from loihi_emu.network.elements import Noise
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

PLAIN = {"du": 819, "dv": 41, "vth": 100}
CONSTANT, SPREAD, NOISY, SATURATED = 1.5, 1.6, 2.5, 1.8
"""Limits: any constant; parameters per neuron; noise; an overflow in every neuron and step, which is counted."""
CASES: dict[str, tuple[float, dict[str, Any]]] = {
    "vth 32767": (CONSTANT, {"vth": 32767}),
    "vth 32768": (CONSTANT, {"vth": 32768}),
    "vth 131071": (CONSTANT, {"vth": 131071}),
    "vmin 0": (CONSTANT, {"vmin": 0}),
    "vmax 8191": (CONSTANT, {"vmax": 8191}),
    "refractory 3": (CONSTANT, {"refractory": 3}),
    "bias 4000 * 2**7, all spike": (CONSTANT, {"vth": 1000, "bias": 4000, "bias_exp": 7}),
    "bias 4095 * 2**7, vth 131071": (CONSTANT, {"vth": 131071, "bias": 4095, "bias_exp": 7}),
    "noise on v": (NOISY, {"noise": Noise("v", 9)}),
    "noise on u": (NOISY, {"noise": Noise("u", 9), "vth": 5000}),  # with 100 it would let many spike
    "v saturates everywhere": (SATURATED, {"bias": -4095, "bias_exp": 7}),
}


def measure(size: Size) -> Iterator[Row]:
    """Race all of them in turn."""
    n = size.cliff
    contestants: dict[str, Contestant] = {"plain": _neurons(n, {})}
    for what, (_, changed) in CASES.items():
        contestants[what] = _neurons(n, changed)
    odd = {name: np.append(np.full(n - 1, value), value + 1) for name, value in (PLAIN | {"bias": 0}).items()}
    contestants["parameters per neuron"] = _neurons(n, odd)
    limits = {what: limit for what, (limit, _) in CASES.items()} | {"parameters per neuron": SPREAD}
    laps = race(contestants, size.steps(100), size.rounds, same=False)
    for what, limit in limits.items():
        note = f"beside vth 100, no bias; {n} LIF, no synapses; {1e3 * laps[what].us / n:.2f} ns a neuron"
        yield ratio("cliffs", what, laps[what], laps["plain"], limit, note)


def _neurons(n: int, changed: dict[str, Any]) -> Emulated:
    net = Network("cliffs")
    net.population("cells", n, **PLAIN | changed)
    return Emulated(Emulator(net))
