"""What was chosen for each layer, what it does alone, and what the whole network does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from loihi_emu.calibration.activity import Peaks
from loihi_emu.calibration.agreement import Agreement
from loihi_emu.calibration.choosing import Chosen
from loihi_emu.keywords import known_keywords_of
from loihi_emu.rules.weights import EFFECTIVE_MAX
from loihi_emu.text_tables import aligned
from loihi_emu.widths import STATE_MAX, WEIGHT_SHIFT


@dataclass(frozen=True)
class CalibratedLayer:
    """One layer.

    Attributes
    ----------
    name : str
    neurons, bits, lists : int
        Neurons; bits of a weight; lists (formats) of a connection, at most.
    scale : float
        What 1.0 becomes in effective weights: a unit of a float is 64 times as much in u and v.
    weight_exp : tuple of int
        Exponents of its lists.
    du, dv, vth, bias : (int, int)
        Least and largest decay, threshold mantissa, and bias in units of v.
    weight_error : float
        Root mean square error of the weights, in floats.
    room : float
        By how much the largest sum, u or v on the samples could grow before it wraps or saturates.
    spikes, differing : int
        Alone, on the spikes that it receives in floats: spikes of the floats, and those that one of both has not.
    voltage_error : float
        Alone: root mean square difference of v, in floats.
    """

    name: str
    neurons: int
    bits: int
    lists: int
    scale: float
    weight_exp: tuple[int, ...]
    du: tuple[int, int]
    dv: tuple[int, int]
    vth: tuple[int, int]
    bias: tuple[int, int]
    weight_error: float
    room: float
    spikes: int
    differing: int
    voltage_error: float


@known_keywords_of
@dataclass(frozen=True)
class CalibrationReport:
    """What was chosen, and what came of it; prints as two tables.

    Attributes
    ----------
    rows : dict of CalibratedLayer
        By population.
    agreement : Agreement
        The whole network on the samples of the calibration: accuracy, and where floats and integers part.
    notes : tuple of str
        What of the samples was used, and what an imported graph says of itself.
    """

    rows: Mapping[str, CalibratedLayer]
    agreement: Agreement
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = (
            "population", "neurons", "bits", "lists", "scale", "exp", "du", "dv", "vth", "weight rms err", "room",
            "alone: differ", "v rms err",
        )  # fmt: skip
        table: list[tuple[str, ...]] = [head]
        for r in self.rows.values():
            exps = ",".join(map(str, sorted(set(r.weight_exp)))) or "-"
            alone = f"{r.differing} of {r.spikes}"
            table.append((
                r.name, str(r.neurons), str(r.bits), str(r.lists), f"{r.scale:.6g}", exps, _span(r.du), _span(r.dv),
                _span(r.vth), f"{r.weight_error:.2g}", f"{r.room:.1f} x", alone, f"{r.voltage_error:.2g}",
            ))  # fmt: skip
        return "\n".join([*aligned(table), "", str(self.agreement), *(f"note: {text}" for text in self.notes)])

    __repr__ = __str__


def row_of(chosen: Chosen, peaks: Peaks) -> CalibratedLayer:
    """What was chosen for a layer."""
    made, trial = chosen.made, chosen.trial
    p, choice = made.parameters, made.choice
    state = STATE_MAX >> WEIGHT_SHIFT
    used = max(peaks.q / EFFECTIVE_MAX, peaks.u / state, peaks.x / state, peaks.v / state) * choice.scale
    bias = np.asarray(p["bias"]) * 2 ** np.asarray(p["bias_exp"])
    exponents = tuple(one.weight_exp for listed in made.listed for one in listed)
    return CalibratedLayer(
        made.layer.name, made.layer.population.size, choice.bits, choice.lists, choice.scale, exponents,
        _ends(p["du"]), _ends(p["dv"]), _ends(p["vth"]), _ends(bias), made.weight_error,
        1 / used if used > 0 else float("inf"), trial.spikes, trial.differing, trial.error,
    )  # fmt: skip


def _ends(values: Any) -> tuple[int, int]:
    return int(np.min(values)), int(np.max(values))


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}..{ends[1]}"
