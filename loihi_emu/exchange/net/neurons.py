"""The neurons of a layer: from the sets of a file to what Lava's processes, and the models here, are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, prod
from typing import Any

import numpy as np

from loihi_emu import numeric
from loihi_emu.errors import UnsupportedError, invalid, unknown
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.numbers import whole
from loihi_emu.exchange.notes import Notes
from loihi_emu.widths import DECAY_UNITY, VTH_MAX

TYPES = ("CUBA", "LOIHI", "SDNN", "RF_PHASE", "RF_IZHIKEVICH", "ALIF")
ADAPTIVE = ("ADRF_PHASE", "ADRF_IZHIKEVICH", "ADRF_IZ")
"""Resonators whose threshold rises with spikes: Lava has none."""
PARAMETERS = (
    "iDecay", "vDecay", "vThMant", "thDecay", "refDecay", "vThStep", "sinDecay", "cosDecay", "refDelay",
)  # fmt: skip
"""Sets that may have a value for each channel or neuron."""
OUT_OF_REACH = 1 << 17
"""A threshold mantissa that no voltage reaches: times 64 it is beyond 23 bits."""
GRADED_BITS = 16
"""Of the messages of sigma-delta neurons, as lava-dl has it."""
STATE_EXP = 6
BIAS_EXP = 6


@dataclass(frozen=True)
class Neurons:
    """What the neurons of a layer do.

    Attributes
    ----------
    kind : str
        ``lif``, ``alif``, ``delta``, ``sigma``, ``sigma_delta``, ``rf`` or ``rf_iz``; ``sum`` of an average.
    values : mapping
        Parameters by the names that Lava has for them; arrays have the file's order.
    message_bits : int
        0: spikes; otherwise payloads.
    refractory : int
        ``refDelay``, which Lava's neurons do not have.
    reads : str
        What of the last layer is its output: ``spikes``, or ``v`` where a file names no neurons.
    """

    kind: str
    values: Mapping[str, Any]
    message_bits: int = 0
    refractory: int = 1
    reads: str = "spikes"


def neurons_of(layer: Layer, shape: tuple[int, ...], spike_exp: int, notes: Notes) -> Neurons:
    """The neurons of a layer of this shape, or an error that names the nearest that works."""
    if layer.kind == "average":
        return Neurons("sum", {"vth": 0}, GRADED_BITS)
    if layer.neuron is None:
        notes.exact.append(f"{layer.place}: without neurons, so it sums up what arrives, and v is its output.")
        return Neurons("lif", {"du": -1, "dv": DECAY_UNITY, "vth": OUT_OF_REACH}, reads="v")
    place = f"{layer.place}/neuron"
    made = described(layer.neuron, place, layer.kind == "input", spike_exp, notes)
    for name, value in layer.neuron.items():
        size = np.size(value)
        if name in PARAMETERS and size not in (1, shape[0], prod(shape)):
            raise invalid(
                place, name, f"{size} values", f"1, {shape[0]} or {prod(shape)}: one for each channel or neuron"
            )
    return made


def described(given: Mapping[str, Any], place: str, is_input: bool, spike_exp: int, notes: Notes) -> Neurons:
    """The same from the sets of a group ``neuron``."""
    kind = given.get("type")
    if not isinstance(kind, str):
        what = "neurons without it" if kind is None else f"a {type(kind).__name__}"
        raise invalid(place, "type", what, f"one of {', '.join(TYPES)}")
    if kind in ADAPTIVE:
        near = "RF_PHASE" if kind == "ADRF_PHASE" else "RF_IZHIKEVICH"
        raise UnsupportedError(
            f'{place}: got type "{kind}", resonators whose threshold adapts, which Lava has no process for. The '
            f'nearest that work are "{near}" without thDecay, refDecay and vThStep, and "ALIF".'
        )
    if kind not in TYPES:
        raise unknown("type of neuron", kind, TYPES, where=place, few=len(TYPES))
    own = _Given(given, place, notes)
    bits = own.bits(GRADED_BITS if kind == "SDNN" else 0)
    own.note_what_does_not_act(kind)
    if kind in ("CUBA", "LOIHI"):
        values = {
            "vth": own.number("vThMant", 0, OUT_OF_REACH),
            "du": own.number("iDecay", 0, DECAY_UNITY) - 1,
            "dv": own.number("vDecay", 0, DECAY_UNITY),
        }
        return Neurons("lif", values, bits, own.refractory())
    if kind == "ALIF":
        decays = {"delta_v": "vDecay", "delta_theta": "thDecay", "delta_r": "refDecay"}
        values = {name: own.number(key, 0, DECAY_UNITY) / DECAY_UNITY for name, key in decays.items()}
        # ATRLIF's current loses 1/4096 more than it is told
        values["delta_i"] = (own.number("iDecay", 1, DECAY_UNITY) - 1) / DECAY_UNITY
        values["theta_0"] = own.number("vThMant", 0, VTH_MAX)
        values["theta_step"] = own.number("vThStep", 0, VTH_MAX)
        return Neurons("alif", values, bits, own.refractory())
    if kind == "SDNN":
        activation = given.get("activation", "relu")
        relu = isinstance(activation, str) and activation == "relu"
        if not is_input and not relu and not own.flag("sigma_output"):
            raise invalid(place, "activation", repr(activation), '"relu", as lava-dl runs it')
        if own.flag("sigma_output") and not is_input:
            return Neurons("sigma", {}, bits)
        exponents = {"spike_exp": spike_exp, "state_exp": STATE_EXP}
        values = {"vth": own.number("vThMant", 0, VTH_MAX), **exponents}
        return Neurons("delta" if is_input else "sigma_delta", values, bits)
    return Neurons("rf" if kind == "RF_PHASE" else "rf_iz", own.resonator(), bits)


class _Given:
    """The sets of a group ``neuron``, each checked when it is asked for."""

    def __init__(self, given: Mapping[str, Any], place: str, notes: Notes) -> None:
        self.given, self.place, self.notes = given, place, notes

    def number(self, name: str, low: int, high: int) -> Any:
        """An integer, or one for each channel or neuron."""
        if name not in self.given:
            kind = self.given["type"]
            raise invalid(self.place, name, f"{kind} neurons without it", f"{kind} neurons with {name}")
        array = whole(self.place, name, self.given[name], self.notes)
        if array.ndim > 1 or not array.size:
            raise invalid(self.place, name, f"shape {array.shape}", "one number, or one for each channel or neuron")
        numeric.ranged(self.place, name, array, low, high)
        return int(array.reshape(-1)[0]) if array.size == 1 else array

    def flag(self, name: str) -> bool:
        """Whether something is said and not 0."""
        return bool(np.any(np.asarray(self.given.get(name, False)) != 0))

    def bits(self, default: int) -> int:
        """Bits of messages."""
        if "messageBits" not in self.given:
            return default
        found = self.number("messageBits", 0, 32)
        if np.ndim(found):
            raise invalid(self.place, "messageBits", f"shape {np.shape(found)}", "one number")
        return int(found)

    def refractory(self) -> int:
        """Refractory steps, 1 where nothing is said."""
        found = np.asarray(self.number("refDelay", 0, 63) if "refDelay" in self.given else 1)
        return int(found.max())

    def note_what_does_not_act(self, kind: str) -> None:
        """Note sets that lava-dl's netx leaves out, where they would change something."""
        if self.flag("gradedSpike") and kind != "SDNN":
            self.notes.inexact.append(f"{self.place}, gradedSpike: spikes are 1, as lava-dl's netx has them.")
        for name in ("wgtExp", "weight_exp"):
            if self.flag(name):
                self.notes.inexact.append(f"{self.place}, {name}: it does not act, as in lava-dl's netx.")

    def resonator(self) -> Mapping[str, Any]:
        """Period and decay, from which Lava's RF computes its coefficients anew."""
        sine = self.number("sinDecay", 1, DECAY_UNITY)
        cosine = self.number("cosDecay", -DECAY_UNITY, DECAY_UNITY)
        x, y = sine / DECAY_UNITY, cosine / DECAY_UNITY
        decay = 1 - np.sqrt(x**2 + y**2)
        if np.any(decay < -1 / DECAY_UNITY):
            given = f"sinDecay and cosDecay of size {float(np.max(1 - decay)):.4g}"
            raise invalid(self.place, "", given, "at most 1: a resonator that does not grow")
        period, decay = 1 / (np.arctan2(x, y) / 2 / np.pi), np.maximum(decay, 0.0)
        made = numeric.sine_and_cosine(2 * pi / period)
        for name, wanted, part in zip(("sinDecay", "cosDecay"), (sine, cosine), made, strict=True):
            acts = (np.asarray((1 - decay) * part) * DECAY_UNITY).astype(np.int32)
            if np.any(acts != wanted):
                off = int(np.abs(acts - wanted).max())
                self.notes.inexact.append(
                    f"{self.place}, {name}: it acts with {off} of 4096 less, as Lava's RF rounds it."
                )
        return {
            "vth": self.number("vThMant", 0, VTH_MAX), "period": period, "alpha": decay,
            "state_exp": STATE_EXP, "decay_bits": 12,
        }  # fmt: skip
