"""A NIR graph in float64 and in integers, side by side: the same input, and where spikes and outputs part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.imported import Imported, import_nir
from loihi_emu.keywords import known_keywords
from loihi_emu.recording.recording import Recording
from loihi_emu.run.emulator import Emulator
from loihi_emu.text_tables import aligned


@dataclass(frozen=True)
class Parted:
    """One population: spikes in float64, in integers, in both at the same step; the first step in which they differ."""

    name: str
    floats: int
    integers: int
    same: int
    first: int | None


@dataclass(frozen=True)
class Compared:
    """A graph in float64 and in integers; prints both reports, and where they part.

    Attributes
    ----------
    floats, integers : Imported
    recordings : (Recording, Recording)
        Of both: spikes of all populations that spike, v of all others.
    spikes : dict of Parted
        By population that spikes.
    voltages : dict of float
        By population that does not: the largest difference of v, in units of the graph.
    steps : int
    """

    floats: Imported
    integers: Imported
    recordings: tuple[Recording, Recording]
    spikes: Mapping[str, Parted]
    voltages: Mapping[str, float]
    steps: int

    def __str__(self) -> str:
        head = ("population", "spikes float", self.integers.report.rules, "the same", "first difference")
        table = [head]
        for p in self.spikes.values():
            first = "none" if p.first is None else f"step {p.first}"
            table.append((p.name, str(p.floats), str(p.integers), str(p.same), first))
        lines = [f"{self.steps} steps, float64 and integers side by side", *aligned(table)]
        lines += [f'v of "{name}" differs by up to {error:.4g}' for name, error in self.voltages.items()]
        return "\n".join([*lines, "", str(self.floats.report), "", str(self.integers.report)])

    __repr__ = __str__


@known_keywords
def compare_nir(graph: Any, spikes: Any, steps: int, *, dt: float, rules: str = "chip", **options: Any) -> Compared:
    """Run a NIR graph in float64 and in integers on the same input, and say where they part.

    Parameters
    ----------
    graph : nir.NIRGraph, str or Path
    spikes : dict, or what ``Network.input(spikes=...)`` takes
        By Input node; of a graph with one Input alone its spikes.
    steps : int
    dt : float
        A step, in the unit of the graph's time constants.
    rules : {"chip", "lava"}
    **options
        Of :func:`import_nir`: method, reset, weight_bits, scale, decays, lists, chip.

    Returns
    -------
    Compared
    """
    number = numeric.integer("compare_nir", "steps", steps, 1, 1 << 40)
    floats = import_nir(graph, dt=dt, rules="float", **options)
    integers = import_nir(graph, dt=dt, rules=rules, **options)
    sources = [name for name in floats.network.inputs if floats.network.inputs[name].rate is None]
    if not isinstance(spikes, Mapping) or not set(spikes) <= set(sources):
        if len(sources) != 1:
            shown = ", ".join(sources)
            raise invalid("compare_nir", "spikes", "spikes of one input", f"a dict of those of each of {shown}")
        spikes = {sources[0]: spikes}
    found = [_run(imported, spikes, number) for imported in (floats, integers)]
    rows = floats.report.rows
    spiking = [name for name, row in rows.items() if row.model != "li"]
    parted = {name: _parted(name, *(_frames(r, name, number) for r in found)) for name in spiking}
    voltages = {}
    for name in rows:
        if name not in spiking:
            values = [
                m.report.rows[name].voltage(r[f"{name}.v"]) for m, r in zip((floats, integers), found, strict=True)
            ]
            voltages[name] = float(np.abs(values[0] - values[1]).max())
    return Compared(floats, integers, (found[0], found[1]), parted, voltages, number)


def _run(imported: Imported, spikes: Mapping[str, Any], steps: int) -> Recording:
    network = imported.network
    for name, row in imported.report.rows.items():
        silent = row.kind not in ("IF", "LIF", "CubaLIF", "Threshold")
        network.probe(name, ["v"] if silent else ["spikes"])
    emulator = Emulator(network)
    for name, given in spikes.items():
        emulator.set_input(name, spikes=given)
    return emulator.run(steps)


def _frames(recording: Recording, name: str, steps: int) -> NDArray[np.bool_]:
    found = recording.spikes(name)
    frames = np.zeros((steps, found.size), bool)
    frames[found.times, found.indices] = True
    return frames


def _parted(name: str, floats: NDArray[np.bool_], integers: NDArray[np.bool_]) -> Parted:
    apart = np.flatnonzero((floats != integers).any(axis=1))
    first = int(apart[0]) if apart.size else None
    return Parted(name, int(floats.sum()), int(integers.sum()), int((floats & integers).sum()), first)
