"""What a placement tells about itself: numbers for the text and the HTML of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.boards import BOARDS, Board
from loihi_emu.chips.facts import Fact
from loihi_emu.mapping.model import Resource
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.mapping.traffic import HostBudget, Traffic, host_budgets

SHORT = {
    "compartments": "compart.",
    "axons_in": "axons in",
    "axons_out": "axons out",
    "synaptic_bits": "memory",
    "accumulators": "accum.",
    "compartment_profiles": "profiles",
    "threshold_profiles": "thresh.",
    "synapse_formats": "formats",
    "trace_profiles": "traces",
    "learning_rules": "rules",
}
"""Names of resources that are short enough for the head of a column."""


@dataclass(frozen=True)
class Usage:
    """How much of a resource a core takes.

    Attributes
    ----------
    resource : Resource
    need : int
    core : int
        Counted over all chips; of a chip or a placement the core that needs most.
    """

    resource: Resource
    need: int
    core: int

    @property
    def share(self) -> float | None:
        """Need over limit; None where the limit is unknown."""
        return self.need / self.resource.limit if self.resource.limit else None

    @property
    def percent(self) -> str:
        """Share of the limit, or the number alone where no limit is known."""
        if self.share is None:
            return f"{self.need:,}"
        return ">99 %" if 0.995 <= self.share < 1 else f"{100 * self.share:.0f} %"


@dataclass(frozen=True)
class ChipRow:
    """A chip: how many of its cores hold neurons, and of each resource its fullest core."""

    chip: int
    cores: int
    fullest: list[Usage]


@dataclass(frozen=True)
class CoreRow:
    """A core: what it takes, what comes nearest to its limit, and how many neurons of which populations it holds."""

    chip: int
    core: int
    usages: list[Usage]
    limiting: Usage | None
    populations: list[tuple[str, int]]


class Cell(NamedTuple):
    """What a table shows in one place.

    Attributes
    ----------
    text : str
    share : float or None
        Shown as a bar, beside the text or in its place.
    mark : {"", " ", "*"}
        Whether it is nearest to its limit; empty where that is not told.
    """

    text: str
    share: float | None = None
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A part of a report.

    Attributes
    ----------
    title : str
    heads : list of str
        Empty where columns need none.
    align : str
        "l" or "r" for each column.
    lines : list of list of Cell
    more : str
        How many further lines there would be, and of what.
    folded : bool
        Whether it is closed at first, where that is possible.
    """

    title: str
    heads: list[str]
    align: str
    lines: list[list[Cell]]
    more: str = ""
    folded: bool = False


class Report:
    """Everything that a report shows.

    Attributes
    ----------
    fullest : list of Usage
        Of each resource the core that takes most of it.
    limiting : list of (Resource, int)
        Resources and on how many cores each comes nearest to its limit.
    chips, cores : lists
    boards : list of Board
        Those with enough chips.
    traffic : Traffic
    host : list of HostBudget
    doubts : list of Fact
        Evidence of limits that are weak or unknown.
    """

    def __init__(self, placement: PlacedNetwork) -> None:
        self.placement = placement
        self.resources = list(placement.problem.limits.values())
        self.used: NDArray[np.int64] = np.flatnonzero(placement.budgets["compartments"])
        self.fullest = self._fullest(self.used)
        self.chips = self._chips()
        self.cores = self._cores()
        self.limiting = self._limiting()
        self.boards: list[Board] = [b for b in BOARDS if b.chip == placement.chip and b.most >= placement.layout.chips]
        self.traffic: Traffic = placement.traffic()
        self.measured = placement.has_rates
        self.host: list[HostBudget] = host_budgets(placement.problem, placement.assignment, placement.layout)
        self.doubts: list[Fact] = [placement.chip.fact(r.fact) for r in self.resources if r.weak or r.limit is None]

    def _fullest(self, cores: NDArray[np.int64]) -> list[Usage]:
        found = []
        for resource in self.resources:
            needs = self.placement.budgets[resource.name][cores]
            worst = int(needs.argmax())
            found.append(Usage(resource, int(needs[worst]), int(cores[worst])))
        return found

    def _chips(self) -> list[ChipRow]:
        chip = self.placement.layout.chip[self.used]
        return [
            ChipRow(int(c), int(np.count_nonzero(chip == c)), self._fullest(self.used[chip == c]))
            for c in np.unique(chip)
        ]

    def _cores(self) -> list[CoreRow]:
        populations: dict[int, list[tuple[str, int]]] = {}
        for core, name, neurons in self.placement.parts():
            populations.setdefault(core, []).append((name, len(neurons)))
        layout = self.placement.layout
        rows = []
        order = np.lexsort((layout.core[self.used], layout.chip[self.used]))
        for core in self.used[order].tolist():
            usages = [Usage(r, int(self.placement.budgets[r.name][core]), core) for r in self.resources]
            known = [u for u in usages if u.share is not None]
            limiting = max(known, key=lambda u: u.share or 0.0, default=None)
            rows.append(
                CoreRow(int(layout.chip[core]), int(layout.core[core]), usages, limiting, populations.get(core, []))
            )
        return rows

    def _limiting(self) -> list[tuple[Resource, int]]:
        counts: dict[str, int] = {}
        for row in self.cores:
            if row.limiting is not None:
                counts[row.limiting.resource.name] = counts.get(row.limiting.resource.name, 0) + 1
        by_name = {r.name: r for r in self.resources}
        return [(by_name[name], n) for name, n in sorted(counts.items(), key=lambda item: -item[1])]

    # ------------------------------------------------------------ tables
    def tables(self, rows: int) -> list[Table]:
        """All parts of the report, tables of at most so many rows."""
        shorts = [SHORT[r.name] for r in self.resources]
        lines = [self._full(u) for u in self.fullest]
        found = [_pairs("", self.summary())]
        found.append(Table("fullest core of each resource", ["", "need", "have", "used", "", ""], "lrrrll", lines))
        if len(self.chips) > 1:
            heads = ["chip", "cores", *shorts]
            lines = [[Cell(str(c.chip)), Cell(str(c.cores)), *map(_share, c.fullest)] for c in self.chips[:rows]]
            title = "chips, each with its fullest core of each resource"
            found.append(Table(title, heads, "r" * len(heads), lines, _more(len(self.chips) - rows, "chips")))
        note = "; numbers without % have no known limit" if any(u.share is None for u in self.fullest) else ""
        title, heads = f"cores (* nearest to its limit{note})", ["chip", "core", *shorts, "holds"]
        lines, left = _alike(self.cores, rows)
        found.append(Table(title, heads, "r" * (len(heads) - 1) + "l", lines, _more(left, "cores"), folded=True))
        found += self._connections(rows)
        found.append(_pairs(*self.messages()))
        if self.host:
            found.append(_pairs("messages from inputs to the chip that gets most", self.stimulus()))
        if self.doubts:
            title = "? limits whose evidence is weak, or that no public source tells"
            found.append(Table(title, [], "l", [[Cell(str(fact))] for fact in self.doubts], folded=True))
        return found

    def _full(self, u: Usage) -> list[Cell]:
        known = u.share is not None
        mark = " ?" if u.resource.weak or not known else ""
        have, used = (f"{u.resource.limit:,}", u.percent) if known else ("unknown", "")
        where = self.place(u.core) if u.need else ""
        return [
            Cell(u.resource.text + mark), Cell(f"{u.need:,}"), Cell(have), Cell(used), Cell("", u.share), Cell(where),
        ]  # fmt: skip

    def _connections(self, rows: int) -> list[Table]:
        """How connections are stored, summed over cores."""
        problem = self.placement.problem
        sums = {name: np.zeros(4, np.int64) for name in problem.connections}
        formats: dict[str, dict[str, int]] = {name: {} for name in problem.connections}
        for row in self.placement.lists:
            sums[row.connection] += (row.synapses, row.bits, row.axons, 1)
            of = formats[row.connection]
            for kind, count in row.formats.items():
                of[kind] = of.get(kind, 0) + count
        lines = []
        for name in list(sums)[:rows]:
            synapses, bits, axons, cores = sums[name].tolist()
            each = bits / synapses if synapses else 0.0  # headers, zeros and what rounding leaves included
            lists = ", ".join(f"{n:,} {kind}" for kind, n in formats[name].items()) or "none"
            texts = (f"{synapses:,}", f"{bits:,}", f"{each:.1f}", f"{axons:,}", f"{cores:,}", str(problem.fields[name]))
            lines.append([Cell(text) for text in (name, *texts, lists)])
        heads = ["", "synapses", "memory bits", "bits each", "axons in", "cores", "fields", "lists"]
        title, more = "connections, as they are stored", _more(len(sums) - rows, "connections")
        return [Table(title, heads, "lrrrrrll", lines, more, folded=True)] if sums else []

    # ------------------------------------------------------------ words
    def place(self, core: int) -> str:
        """Chip and core of a core that is counted over all chips."""
        layout = self.placement.layout
        return f"chip {layout.chip[core]}, core {layout.core[core]}"

    def title(self) -> str:
        """Network, chip and strategy."""
        p = self.placement
        on = f" ({' + '.join(b.name for b in p.boards)})" if p.boards else ""
        return f'network "{p.problem.name}" on {p.chip.name}{on}, strategy "{p.strategy}"'

    def summary(self) -> list[tuple[str, str]]:
        """What comes first."""
        p = self.placement
        there = p.chips * p.chip.usable_cores
        rows = [
            ("takes", f"{counted(p.problem.neurons, 'neuron')} and {counted(p.problem.synapses, 'synapse')} on "
                      f"{counted(p.cores, 'core')} ({100 * p.cores / there:.3g} % of {counted(p.chips, 'chip')})"),
            ("fits on", ", ".join(self._board(b) for b in self.boards) or "no board that is known"),
        ]  # fmt: skip
        if self.limiting:
            words = [f"{r.text} on {counted(n, 'core')}" for r, n in self.limiting]
            rows.append(("nearest to its limit", "; ".join(words)))
        return rows

    def _board(self, b: Board) -> str:
        chips = self.placement.layout.chips
        return b.name if chips <= b.fewest else f"{b.name} (if it has {chips} of {b.fewest} to {b.most} chips)"

    def messages(self) -> tuple[str, list[tuple[str, str]]]:
        """A heading that says what is assumed, and the numbers of messages."""
        t = self.traffic
        rates = "at the rates given" if self.measured else "if every neuron spikes in every step"
        rows = [
            ("between cores", f"{t.between_cores:,.6g}"),
            ("between chips", f"{t.between_chips:,.6g} of them"),
            ("within cores", f"{t.within_cores:,.6g}"),
            ("from inputs", f"{t.host:,.6g}"),
        ]
        if t.hops_x is not None and t.between_cores > t.between_chips:
            each = (t.hops_x + (t.hops_y or 0)) / (t.between_cores - t.between_chips)
            rows.append(("tiles passed", f"{each:.3g} for each message within a chip"))
        return f"messages per step, {rates}", rows

    def stimulus(self) -> list[tuple[str, str]]:
        """What the inputs' own events and rates send to the chip that gets most, beside what software could send."""
        if not self.host:
            return []
        worst = max(self.host, key=lambda h: (h.most + h.unlisted, h.mean))
        rows = []
        if worst.step is not None:
            rows.append(("listed events", f"{worst.busiest:,} messages in step {worst.step}, the busiest"))
        if worst.mean:
            rows.append(("Poisson inputs", f"{worst.mean:,.4g} messages per step on average"))
        if worst.most:
            rows.append(("at most", f"{worst.most:,} in a step to chip {worst.chip}"))
        if worst.unlisted:
            text = f"{worst.unlisted:,} messages to chip {worst.chip} in a step in which each of their neurons spikes"
            rows.append(("inputs without events", text))
        allowed = self.placement.chip.host_spikes
        if allowed is not None:
            over = sum(h.most + h.unlisted > allowed for h in self.host)
            more = f"; that could be exceeded on {counted(over, 'chip')}" if over else ""
            text = f"nengo-loihi's host software sends at most {allowed} per step and chip"
            rows.append(("note", f"{text}: a limit of that software, not of the chip{more}"))
        return rows


def _pairs(title: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(title, [], "ll", [[Cell(name), Cell(value)] for name, value in pairs])


def _share(u: Usage) -> Cell:
    return Cell(u.percent, u.share)


def _more(count: int, what: str) -> str:
    return f"... and {count:,} more {what}" if count > 0 else ""


def _alike(cores: list[CoreRow], rows: int) -> tuple[list[list[Cell]], int]:
    """Lines for cores, those that follow each other and show the same in one; and for how many there are no lines."""
    lines: list[list[Cell]] = []
    first, last, alike = -1, -1, list[Cell]()
    for number, row in enumerate(cores):
        shares = [Cell(u.percent, u.share and round(u.share, 2), "*" if u is row.limiting else " ") for u in row.usages]
        shown, chip = [*shares, Cell(_held(row.populations))], Cell(str(row.chip))
        texts = [cell._replace(share=None) for cell in shown]
        if lines and row.core == last + 1 and lines[-1][0] == chip and alike == texts:
            lines[-1][1] = Cell(f"{first}-{row.core}")
        elif len(lines) == rows:
            return lines, len(cores) - number
        else:
            lines.append([chip, Cell(str(row.core)), *shown])
            first, alike = row.core, texts
        last = row.core
    return lines, 0


def _held(populations: list[tuple[str, int]]) -> str:
    """Populations of a core in few words."""
    shown = ", ".join(f"{n:,} of {name}" for name, n in populations[:3])
    return shown + (f" and {len(populations) - 3} more" if len(populations) > 3 else "")


def counted(n: int, what: str) -> str:
    """A number and what is counted, in the plural where needed."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"
