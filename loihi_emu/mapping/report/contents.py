"""What a placement tells about itself: numbers for the text and the HTML of a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from loihi_emu.chips.boards import BOARDS, Board
from loihi_emu.chips.facts import Fact
from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.mapping.traffic import HostBudget, Traffic, host_budgets
from loihi_emu.text_tables import counted


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


class ReportContents:
    """Everything that a report shows.

    Attributes
    ----------
    needs : int64 array (cores, resources)
    used : int64 array
        Cores that hold neurons.
    cores, limiting : int64 arrays
        The same in order of chips and their cores; and of each, the number of the resource nearest to its limit.
    boards : list of Board
        Those with enough chips.
    traffic : Traffic
    host : list of HostBudget
    doubts : list of Fact
        Evidence of limits that are weak or unknown.
    """

    def __init__(self, placement: PlacedNetwork) -> None:
        self.placement, layout = placement, placement.layout
        self.resources = list(placement.problem.limits.values())
        self.needs = np.stack([placement.budgets[r.name] for r in self.resources], 1)
        self.used: Integers = np.flatnonzero(placement.budgets["compartments"])
        self.cores = self.used[np.lexsort((layout.core[self.used], layout.chip[self.used]))]
        shares = self.needs[self.cores] / [r.limit or np.inf for r in self.resources]
        self.limiting = shares.argmax(axis=1)
        self.boards: list[Board] = [b for b in BOARDS if b.chip == placement.chip and b.most >= layout.chips]
        self.traffic: Traffic = placement.traffic()
        self.measured = placement.has_rates
        self.host: list[HostBudget] = host_budgets(placement.problem, placement.assignment, layout)
        self.doubts: list[Fact] = [placement.chip.fact(r.fact) for r in self.resources if r.weak or r.limit is None]

    # ------------------------------------------------------------ tables
    def tables(self, rows: int) -> list[Table]:
        """All parts of the report, tables of at most so many rows."""
        shorts = [r.short for r in self.resources]
        lines = [self._full(r, self._cell(core, r), core) for r, core in enumerate(self._fullest(self.used))]
        tables = [_pairs("", self.summary())]
        tables.append(Table("fullest core of each resource", ["", "need", "have", "used", "", ""], "lrrrll", lines))
        chip = self.placement.layout.chip[self.used]
        chips = np.unique(chip).tolist()
        if len(chips) > 1:
            heads = ["chip", "cores", *shorts]
            lines = [self._chip(c, self.used[chip == c]) for c in chips[:rows]]
            title = "chips, each with its fullest core of each resource"
            tables.append(Table(title, heads, "r" * len(heads), lines, _more(len(chips) - rows, "chips")))
        known = all(r.limit is not None for r in self.resources)
        note = "" if known else "; numbers without % have no known limit"
        title, heads = f"cores (* nearest to its limit{note})", ["chip", "core", *shorts, "holds"]
        lines, left = self._alike(rows)
        tables.append(Table(title, heads, "r" * (len(heads) - 1) + "l", lines, _more(left, "cores"), folded=True))
        tables += self._connections(rows)
        tables.append(_pairs(*self.messages()))
        if self.host:
            tables.append(_pairs("messages from inputs to the chip that gets most", self.stimulus()))
        if self.doubts:
            title = "? limits whose evidence is weak, or that no public source tells"
            tables.append(Table(title, [], "l", [[Cell(str(fact))] for fact in self.doubts], folded=True))
        return tables

    def _fullest(self, cores: Integers) -> list[int]:
        """Of some cores the one that needs most of each resource."""
        fullest: list[int] = cores[self.needs[cores].argmax(axis=0)].tolist()
        return fullest

    def _cell(self, core: int, resource: int, mark: str = "") -> Cell:
        """What a core needs as a share of the limit, or the number alone where no limit is known."""
        need, limit = int(self.needs[core, resource]), self.resources[resource].limit
        if not limit:
            return Cell(f"{need:,}", None, mark)
        share = need / limit
        return Cell(">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %", share, mark)

    def _full(self, number: int, cell: Cell, core: int) -> list[Cell]:
        """A line for a resource and the core that needs most of it."""
        r, need = self.resources[number], int(self.needs[core, number])
        have, used = ("unknown", "") if cell.share is None else (f"{r.limit:,}", cell.text)
        text = r.text + (" ?" if r.weak or cell.share is None else "")
        where = self.placement.layout.place(core) if need else ""
        return [Cell(text), Cell(f"{need:,}"), Cell(have), Cell(used), Cell("", cell.share), Cell(where)]

    def _chip(self, chip: int, cores: Integers) -> list[Cell]:
        """A line for a chip: how many of its cores hold neurons, and of each resource its fullest core."""
        cells = [self._cell(core, r) for r, core in enumerate(self._fullest(cores))]
        return [Cell(str(chip)), Cell(str(len(cores))), *cells]

    def _alike(self, rows: int) -> tuple[list[list[Cell]], int]:
        """Lines for cores, those that follow each other and show the same in one; and for how many there are none."""
        held: dict[int, list[tuple[str, int]]] = {}
        for core, name, neurons in self.placement.parts():
            held.setdefault(core, []).append((name, len(neurons)))
        lines: list[list[Cell]] = []
        first, last, alike = -1, -1, list[Cell]()
        for number, core in enumerate(self.cores.tolist()):
            marks = ["*" if r == self.limiting[number] else " " for r in range(len(self.resources))]
            cells = [self._cell(core, r, mark) for r, mark in enumerate(marks)]
            shown = [*(c._replace(share=c.share and round(c.share, 2)) for c in cells), Cell(_held(held[core]))]
            chip, place = Cell(str(self.placement.layout.chip[core])), int(self.placement.layout.core[core])
            texts = [cell._replace(share=None) for cell in shown]
            if lines and place == last + 1 and lines[-1][0] == chip and alike == texts:
                lines[-1][1] = Cell(f"{first}-{place}")
            elif len(lines) == rows:
                return lines, len(self.cores) - number
            else:
                lines.append([chip, Cell(str(place)), *shown])
                first, alike = place, texts
            last = place
        return lines, 0

    def _connections(self, rows: int) -> list[Table]:
        """How connections are stored, summed over cores."""
        problem = self.placement.problem
        sums = {name: np.zeros(4, np.int64) for name in problem.connections}
        formats: dict[str, Counter[str]] = {name: Counter() for name in problem.connections}
        for row in self.placement.lists:
            sums[row.connection] += (row.synapses, row.bits, row.axons, 1)
            formats[row.connection].update(row.formats)
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
    def title(self) -> str:
        """Network, chip and strategy."""
        p = self.placement
        on = f" ({' + '.join(b.name for b in p.boards)})" if p.boards else ""
        return f'Network "{p.problem.name}" on {p.chip.name}{on}, strategy "{p.strategy}"'

    def summary(self) -> list[tuple[str, str]]:
        """What comes first."""
        p = self.placement
        share = f"{100 * p.cores / (p.chips * p.chip.usable_cores):.3g} % of {counted(p.chips, 'chip', ',')}"
        what = f"{counted(p.problem.neurons, 'neuron', ',')} and {counted(p.problem.synapses, 'synapse', ',')}"
        boards = ", ".join(self._board(b) for b in self.boards) or "no board that is known"
        numbers = Counter(self.limiting).most_common()
        limits = "; ".join(f"{self.resources[r].text} on {counted(n, 'core', ',')}" for r, n in numbers)
        takes = f"{what} on {counted(p.cores, 'core', ',')} ({share})"
        return [("takes", takes), ("fits on", boards), ("nearest to its limit", limits)]

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
            more = f"; that could be exceeded on {counted(over, 'chip', ',')}" if over else ""
            text = f"nengo-loihi's host software sends at most {allowed} per step and chip"
            rows.append(("note", f"{text}: a limit of that software, not of the chip{more}"))
        return rows


def _pairs(title: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(title, [], "ll", [[Cell(name), Cell(value)] for name, value in pairs])


def _more(count: int, what: str) -> str:
    return f"... and {count:,} more {what}" if count > 0 else ""


def _held(populations: list[tuple[str, int]]) -> str:
    """Populations of a core in few words."""
    shown = ", ".join(f"{n:,} of {name}" for name, n in populations[:3])
    return shown + (f" and {len(populations) - 3} more" if len(populations) > 3 else "")
