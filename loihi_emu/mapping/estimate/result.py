"""What a run would take of a chip's energy and time: numbers, bounds, and what they rest on."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from loihi_emu.keywords import known_keywords_of
from loihi_emu.mapping.arrays import Numbers
from loihi_emu.mapping.report import Cell, Table, lines_of, table_of
from loihi_emu.read_only import read_only
from loihi_emu.text_tables import counted

Text = Callable[[float], str]
"""Writes a number with its unit."""


class SlowestCore(NamedTuple):
    """The core that needs the longest: its chip, its number there, and its mean time per step in ns."""

    chip: int
    core: int
    time: float


class SlowestStep(NamedTuple):
    """The step that takes the longest, counted from the recording's first, and its time in ns."""

    step: int
    time: float


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """Energy and time of a recorded run. Made by :meth:`loihi_emu.mapping.Placement.estimate`.

    Energies are in pJ, times in ns, both of the whole recording unless a name says otherwise; None is unknown, and
    :attr:`reasons` says why.

    Attributes
    ----------
    figures : str
        "davies2018" or "board": the one set of figures that everything here is from.
    title : str
        That set in words.
    network, chip : str
    cores, tiles, chips : int
        Those that hold neurons; tiles None where unknown.
    steps, samples : int
    counts : dict
        "spikes" (of neurons), "host_spikes", "neuron_updates", "active_updates", "synaptic_events" (synaptic
        operations; also by kind of list "synaptic_events_dense", "_sparse", "_conv"), "learning_updates", "messages",
        "host_messages", "messages_between_cores", "messages_between_chips", "hops_x", "hops_y", "barriers" (steps).
    memory : dict
        "synaptic_bits", "axons_in", "axons_out": what the placement takes, of all cores.
    energy : dict
        Dynamic energy by kind. "davies2018": "synapse", "neuron", "learning", "spike" (within tiles), "hop". "board":
        "synapse", "soma", "network".
    static_energy : float or None
        Static power of the chips that hold neurons, over :attr:`total_time`; in no other number here.
    time : dict
        Time by kind: "cores" (the slowest of each step), "routers" (what they delay beyond that), "barrier", "waiting"
        (for the next step, if they have a least duration).
    bounds : dict
        Lower and upper bound of each number that is not exact: "counts.active_updates", "energy.neuron", "energy",
        "time.barrier", "time", ...: what activity, missing probes and the barrier leave open. Not the error of the
        figures themselves, of which :attr:`notes` tells.
    step_energy, step_time : float64 array (steps) or None
        Of each step, where the spikes of all populations and inputs were recorded.
    slowest_core : SlowestCore or None
    slowest_step : SlowestStep or None
    reasons : dict
        Why what is None is unknown, by kind.
    notes : tuple of str
        What was assumed and what was left out.
    """

    figures: str
    title: str
    network: str
    chip: str
    cores: int
    tiles: int | None
    chips: int
    steps: int
    samples: int
    counts: dict[str, float]
    memory: dict[str, int]
    energy: dict[str, float | None]
    static_energy: float | None
    time: dict[str, float | None]
    bounds: dict[str, tuple[float, float]]
    step_energy: Numbers | None
    step_time: Numbers | None
    slowest_core: SlowestCore | None
    slowest_step: SlowestStep | None
    reasons: dict[str, str]
    notes: tuple[str, ...] = field(default=())

    # ------------------------------------------------------------ totals
    @property
    def total_energy(self) -> float | None:
        """Dynamic energy of all kinds; None if one of them is unknown."""
        return total(self.energy)

    @property
    def total_time(self) -> float | None:
        """Time of all steps; None if a part of it is unknown."""
        return total(self.time)

    @property
    def energy_per_step(self) -> float | None:
        """Mean dynamic energy of a step."""
        return _over(self.total_energy, self.steps)

    @property
    def energy_per_inference(self) -> float | None:
        """Mean dynamic energy of a sample; of a run, which is one, all of it."""
        return _over(self.total_energy, self.samples)

    @property
    def time_per_step(self) -> float | None:
        """Mean time of a step."""
        return _over(self.total_time, self.steps)

    @property
    def time_per_inference(self) -> float | None:
        """Mean time of a sample; of a run all of it."""
        return _over(self.total_time, self.samples)

    @property
    def power_mw(self) -> float | None:
        """Mean dynamic power."""
        energy, time = self.total_energy, self.total_time
        return None if energy is None or not time else energy / time

    # ------------------------------------------------------------ showing
    def table(self) -> list[tuple[str, str, str, str, str]]:
        """Rows of (what, per step, per inference, whole recording, bounds of the latter)."""
        rows = [
            self._row(name.replace("_", " "), value, f"counts.{name}", _number)
            for name, value in self.counts.items()
            if value or name not in UNUSED
        ]
        rows += [self._row(f"energy, {kind}", part, f"energy.{kind}", joules) for kind, part in self.energy.items()]
        rows.append(self._row("energy", self.total_energy, "energy", joules))
        rows.append(self._row("static energy", self.static_energy, "static_energy", joules))
        rows += [self._row(f"time, {kind}", part, f"time.{kind}", seconds) for kind, part in self.time.items()]
        return [*rows, self._row("time", self.total_time, "time", seconds)]

    def _row(self, what: str, value: float | None, key: str, text: Text) -> tuple[str, str, str, str, str]:
        if value is None:
            return what, "unknown", "unknown", "unknown", ""
        bounds = f"{text(self.bounds[key][0])} .. {text(self.bounds[key][1])}" if key in self.bounds else ""
        return what, text(value / self.steps), text(value / self.samples), text(value), bounds

    def _head(self) -> list[str]:
        on_tiles = "" if self.tiles is None else f" on {counted(self.tiles, 'tile')}"
        head = [
            f'Estimate of "{self.network}" on {self.chip}: {counted(self.steps, "step")}, '
            f"{counted(self.samples, 'inference')}; {counted(self.cores, 'core')}{on_tiles} of "
            f"{counted(self.chips, 'chip')}",
            f"Figures: {self.title}",
            "Memory: " + ", ".join(f"{_number(n)} {name.replace('_', ' ')}" for name, n in self.memory.items()),
        ]
        if self.slowest_core is not None:
            core = self.slowest_core
            head.append(f"Slowest core: chip {core.chip}, core {core.core}, {seconds(core.time)} per step")
        if self.slowest_step is not None:
            head.append(f"Slowest step: {self.slowest_step.step}, {seconds(self.slowest_step.time)}")
        return head

    def _tail(self) -> list[str]:
        return [*(f"Unknown {kind}: {reason}" for kind, reason in self.reasons.items()), *self.notes]

    def _shown(self) -> Table:
        rows = [[Cell(text) for text in row] for row in self.table()]
        return Table("", ["", "per step", "per inference", "all", "bounds"], "lrrrr", rows)

    def __repr__(self) -> str:
        return "\n".join([*self._head(), *lines_of(self._shown()), *(f"- {line}" for line in self._tail())])

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        head = "<br>".join(html.escape(line) for line in self._head())
        tail = "".join(f"<li>{html.escape(line)}</li>" for line in self._tail())
        return f"<div>{head}</div>{table_of(self._shown())}<ul>{tail}</ul>"


UNUSED = (
    "synaptic_events_dense", "synaptic_events_sparse", "synaptic_events_conv", "learning_updates",
    "messages_between_chips",
)  # fmt: skip
"""Counts that are not shown when they are 0."""


def _scaled(units: tuple[str, ...]) -> Text:
    """Numbers as text, with the prefix that suits their size."""

    def text(value: float) -> str:
        unit = 0
        while abs(value) >= 999.95 and unit + 1 < len(units):
            value, unit = value / 1000, unit + 1
        return f"{value:.4g} {units[unit]}".rstrip()

    return text


joules = _scaled(("pJ", "nJ", "uJ", "mJ", "J"))
"""Text of an energy in pJ."""
seconds = _scaled(("ns", "us", "ms", "s"))
"""Text of a time in ns."""
_number = _scaled(("", "k", "M", "G", "T"))


def total(parts: dict[str, float | None]) -> float | None:
    """Sum of all parts; None if one is unknown."""
    known = [value for value in parts.values() if value is not None]
    return sum(known) if len(known) == len(parts) else None


def _over(value: float | None, number: int) -> float | None:
    return None if value is None else value / number
