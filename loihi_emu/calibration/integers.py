"""One layer in integers: what was chosen for it, and the population and connections that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.layers import FloatLayer
from loihi_emu.calibration.lists import WeightList, lists_of
from loihi_emu.network.network import Network
from loihi_emu.numeric import scalar
from loihi_emu.quantization.integers import bias_mantissa_exponent
from loihi_emu.quantization.search import BIAS_TOP
from loihi_emu.rules.weights import MANTISSA_BITS
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT, WEIGHT_UNIT

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerChoice:
    """What was chosen for a layer.

    Attributes
    ----------
    scale : float
        What 1.0 becomes in effective weights.
    bits, lists : int
        Bits of a weight; lists of a connection, of its own format each.
    du, dv : int
        What is added to the nearest decays.
    bias : array
        What is added to the biases, in floats.
    vth : array
        What thresholds are multiplied by.
    """

    scale: float
    bits: int = MANTISSA_BITS
    lists: int = 1
    du: int = 0
    dv: int = 0
    bias: Any = field(default=0.0, repr=False)
    vth: Any = field(default=1.0, repr=False)


@dataclass(frozen=True, eq=False)
class Lowered:
    """A layer in integers: parameters of its population, lists of each of its connections, what weights lost."""

    layer: FloatLayer
    choice: LayerChoice
    parameters: dict[str, Any]
    listed: tuple[tuple[WeightList, ...], ...]
    weight_error: float

    def add(self, network: Network) -> None:
        """Add the population."""
        p = self.layer.population
        model = "lif" if not self.layer.spikes else p.model
        network.population(p.name, p.shape, model=model, **self.parameters)

    def connect(self, network: Network, graded: frozenset[str] = frozenset(), alone: str = "") -> None:
        """Add the connections; those from inputs in `graded` multiply by payloads. `alone` is put before sources."""
        for wires, listed in zip(self.layer.wires, self.listed, strict=True):
            c = wires.connection
            for k, one in enumerate(listed):
                whole = bool((one.chosen == (wires.values != 0)).all())
                wires.connect(
                    network, c.name if len(listed) == 1 else f"{c.name}, {one.sign_mode} {k}",
                    one.mantissas, None if whole and len(listed) == 1 else one.chosen, source=alone + c.pre.target.name,
                    weight_exp=one.weight_exp, weight_bits=self.choice.bits, sign_mode=one.sign_mode,
                    graded=c.graded and c.pre.target.name in graded,
                )  # fmt: skip


def lowered(layer: FloatLayer, choice: LayerChoice, rates: dict[str, Floats]) -> Lowered:
    """A layer in integers by a choice."""
    listed, squares, count = [], 0.0, 0
    for wires in layer.wires:
        made, acting = lists_of(
            wires.values, wires.rates(rates[wires.connection.pre.target.name]), choice.scale, choice.bits, choice.lists
        )
        listed.append(tuple(made))
        squares, count = squares + float(((acting - wires.values) ** 2).sum()), count + wires.values.size
    unit = choice.scale * WEIGHT_UNIT
    parameters: dict[str, Any] = {
        "du": decay_of(layer.each("du"), choice.du), "dv": decay_of(layer.each("dv"), choice.dv),
    }  # fmt: skip
    bias = np.clip((layer.each("bias") + choice.bias) * unit, -BIAS_TOP, BIAS_TOP)
    parameters["bias"], parameters["bias_exp"] = bias_mantissa_exponent(bias)
    for name in ("u", "v"):
        parameters[name] = np.clip(np.rint(layer.each(name) * unit), -STATE_MAX, STATE_MAX).astype(np.int64)
    if layer.spikes:
        parameters["vth"] = np.clip(np.rint(layer.each("vth") * choice.vth * choice.scale), 0, VTH_MAX).astype(np.int64)
        if "refractory" in layer.population.parameters:
            parameters["refractory"] = layer.population.parameters["refractory"]
    else:
        parameters |= {"vth": VTH_MAX, "vmax": VTH_MAX << WEIGHT_SHIFT}  # v cannot exceed vth: it never spikes
    parameters = {name: scalar(values) for name, values in parameters.items()}
    return Lowered(layer, choice, parameters, tuple(listed), float(np.sqrt(squares / max(count, 1))))


def decay_of(fractions: Floats, more: int) -> NDArray[np.int64]:
    """Decays of 12 bits; none and all stay what they are."""
    nearest = np.rint(fractions * DECAY_UNITY).astype(np.int64)
    moved = np.clip(nearest + more, 1, DECAY_UNITY - 1)
    return np.where((nearest <= 0) | (nearest >= DECAY_UNITY), nearest, moved)
