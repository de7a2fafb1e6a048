"""The report of a placement as text."""

from __future__ import annotations

from loihi_emu.mapping.report.contents import Cell, ReportContents, Table
from loihi_emu.text_tables import aligned

BAR = 20
"""Characters of a bar."""


def text_of(report: ReportContents, rows: int) -> str:
    """The whole report; tables have at most so many rows."""
    parts = [report.title()]
    for table in report.tables(rows):
        parts += [*(["", table.title] if table.title else []), *lines_of(table)]
    return "\n".join(parts)


def lines_of(table: Table) -> list[str]:
    """Columns, each as wide as its longest entry."""
    every = [table.heads] * bool(table.heads) + [[_text(cell) for cell in line] for line in table.lines]
    lines = [f"  {line}" for line in aligned(every, table.align)] if every else []
    return [*lines, f"  {table.more}"] if table.more else lines


def _text(cell: Cell) -> str:
    if cell.text or cell.share is None:
        return cell.text + cell.mark
    full = min(BAR, round(BAR * cell.share))
    return "#" * full + "." * (BAR - full)
