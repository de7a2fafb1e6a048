"""The report of a placement as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loihi_emu.mapping.report.contents import SHORT, CoreRow, Report, Usage

BAR = 20
"""Characters of a bar."""


def text_of(report: Report, rows: int) -> str:
    """The whole report; tables have at most so many rows."""
    parts = [report.title()[0].upper() + report.title()[1:], *_pairs(report.summary())]
    parts += ["", "fullest core of each resource", *_fullest(report)]
    if len(report.chips) > 1:
        heads = ["chip", "cores", *(SHORT[r.name] for r in report.resources)]
        lines = [[str(c.chip), str(c.cores), *(u.percent for u in c.fullest)] for c in report.chips[:rows]]
        parts += ["", "chips, each with its fullest core of each resource", *_table(heads, lines, "r" * len(heads))]
        parts += _more(len(report.chips), rows, "chips")
    note = "; numbers without % have no known limit" if any(u.share is None for u in report.fullest) else ""
    parts += ["", f"cores (* nearest to its limit{note})", *_cores(report, rows)]
    if report.connections:
        parts += ["", "connections, as they are stored", *_connections(report, rows)]
    head, pairs = report.messages()
    parts += ["", head, *_pairs(pairs)]
    if report.host:
        parts += ["", "messages from inputs to the chip that gets most", *_pairs(report.stimulus())]
    if report.doubts:
        parts += ["", "? limits whose evidence is weak, or that no public source tells"]
        parts += [f"  {fact}" for fact in report.doubts]
    return "\n".join(parts)


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in pairs)
    return [f"  {name:<{width}}  {value}" for name, value in pairs]


def _fullest(report: Report) -> list[str]:
    heads = ["", "need", "have", "used", "", ""]
    lines = []
    for u in report.fullest:
        known = u.share is not None
        have = f"{u.resource.limit:,}" if known else "unknown"
        mark = " ?" if u.resource.weak or not known else ""
        where = report.place(u.core) if u.need else ""
        used = u.percent if known else ""
        lines.append([u.resource.text + mark, f"{u.need:,}", have, used, _bar(u), where])
    return _table(heads, lines, "lrrrll")


def _bar(u: Usage) -> str:
    if u.share is None:
        return ""
    full = min(BAR, round(BAR * u.share))
    return "#" * full + "." * (BAR - full)


def _cores(report: Report, rows: int) -> list[str]:
    heads = ["chip", "core", *(SHORT[r.name] for r in report.resources), "holds"]

    def cells(row: CoreRow) -> list[str]:
        shares = [u.percent + ("*" if u is row.limiting else " ") for u in row.usages]
        return [*shares, held(row.populations)]

    lines, left = alike(report.cores, cells, rows)
    return [*_table(heads, lines, "r" * (len(heads) - 1) + "l"), *_more(left, 0, "cores")]


def alike(cores: Sequence[CoreRow], cells: Callable[[CoreRow], list[str]], rows: int) -> tuple[list[list[str]], int]:
    """Lines for cores, those that follow each other and show the same in one; and for how many there are no lines."""
    lines: list[list[str]] = []
    first = last = -1
    for number, row in enumerate(cores):
        shown = cells(row)
        if lines and row.core == last + 1 and lines[-1][0] == str(row.chip) and lines[-1][2:] == shown:
            lines[-1][1] = f"{first}-{row.core}"
        elif len(lines) == rows:
            return lines, len(cores) - number
        else:
            lines.append([str(row.chip), str(row.core), *shown])
            first = row.core
        last = row.core
    return lines, 0


def held(populations: Sequence[tuple[str, int]]) -> str:
    """Populations of a core in few words."""
    shown = ", ".join(f"{n:,} of {name}" for name, n in populations[:3])
    return shown + (f" and {len(populations) - 3} more" if len(populations) > 3 else "")


def _connections(report: Report, rows: int) -> list[str]:
    heads = ["", "synapses", "memory bits", "bits each", "axons in", "cores", "fields", "lists"]
    lines = [
        [
            row.name, f"{row.synapses:,}", f"{row.bits:,}", f"{row.bits_per_synapse:.1f}", f"{row.axons:,}",
            f"{row.cores:,}", row.fields, ", ".join(f"{n:,} {kind}" for kind, n in row.formats.items()) or "none",
        ]
        for row in report.connections[:rows]
    ]  # fmt: skip
    return [*_table(heads, lines, "lrrrrrll"), *_more(len(report.connections), rows, "connections")]


def _more(count: int, rows: int, what: str) -> list[str]:
    return [f"  ... and {count - rows:,} more {what}"] if count > rows else []


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]], align: str) -> list[str]:
    """Columns, each as wide as its longest entry."""
    every = [heads, *lines]
    widths = [max(len(row[k]) for row in every) for k in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        cells = (cell.ljust(w) if a == "l" else cell.rjust(w) for cell, a, w in zip(row, align, widths, strict=True))
        return ("  " + "  ".join(cells)).rstrip()

    return [line(row) for row in every]
