"""What became of a graph: decays, scales and weights of each population, what is not exact, how late outputs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loihi_emu.exchange.nir.numbers import Floats
from loihi_emu.quantization.report import QuantizeReport
from loihi_emu.text_tables import aligned
from loihi_emu.widths import WEIGHT_UNIT


@dataclass(frozen=True)
class Row:
    """One population.

    Attributes
    ----------
    name, kind, neurons, model
        Its name, that of the primitive, how many neurons, and the model here.
    a_syn, a_mem : array
        Decays per step that the graph has, as fractions.
    du, dv : array
        The decays that act, as fractions.
    scale : float
        Effective weight of 1.0; 1 in float64.
    shift : array
        What is added to v to have it as in the graph.
    weights : QuantizeReport or None
        What integers lost; None in float64.
    """

    name: str
    kind: str
    neurons: int
    model: str
    a_syn: Floats
    a_mem: Floats
    du: Floats
    dv: Floats
    scale: float
    shift: Floats
    weights: QuantizeReport | None = None

    @property
    def decay_error(self) -> float:
        """Largest difference between a decay of the graph and the one that acts, as a fraction per step."""
        return float(max(np.abs(self.du - self.a_syn).max(), np.abs(self.dv - self.a_mem).max()))

    def voltage(self, v: Any) -> Floats:
        """Recorded v in the units of the graph."""
        unit = 1.0 if self.weights is None else self.scale * WEIGHT_UNIT
        return np.asarray(v, np.float64) / unit + self.shift


@dataclass(frozen=True)
class Readout:
    """Where an Output of the graph is: a population, what of it ("spikes" or "v"), and by how many steps it is late."""

    population: str
    variable: str
    lag: int


@dataclass(frozen=True)
class Report:
    """What became of a graph; prints as a table.

    Attributes
    ----------
    rules, method, dt
    rows : dict of Row
        By population.
    outputs : dict of Readout
        By Output node.
    notes : tuple of str
        What was read differently from how it is written, exactly all the same.
    approximations : tuple of str
        What is not done exactly, with its error; rounding to integers stands in the rows.
    """

    rules: str
    method: str
    dt: float
    rows: Mapping[str, Row]
    outputs: Mapping[str, Readout]
    notes: tuple[str, ...] = ()
    approximations: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        lines = [f'NIR graph by rules "{self.rules}", dt {self.dt:g}, {self.method} steps']
        table = [
            ("population", "primitive", "model", "neurons", "du", "dv", "decay err", "scale", "weight rms err", "input")
        ]
        for row in self.rows.values():
            lost = row.weights
            errors = [] if lost is None else [w.rms_error for w in lost.weights]
            table.append((
                row.name, row.kind, row.model, str(row.neurons), _span(row.du), _span(row.dv),
                f"{row.decay_error:.2g}", f"{row.scale:.6g}", f"{max(errors, default=0.0):.2g}", _room(lost),
            ))  # fmt: skip
        lines += aligned(table)
        for name, out in self.outputs.items():
            lines.append(f'output "{name}": {out.variable} of "{out.population}", {out.lag} steps late')
        lines += [f"approximated: {text}" for text in self.approximations]
        lines += [f"note: {text}" for text in self.notes]
        return "\n".join(lines)

    __repr__ = __str__


def _room(lost: QuantizeReport | None) -> str:
    """Whether all synapses of a neuron together can wrap what it receives."""
    return "" if lost is None or lost.may_wrap is None else "can wrap" if lost.may_wrap else "cannot wrap"


def _span(values: Floats) -> str:
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.4g}" if low == high else f"{low:.4g}..{high:.4g}"
