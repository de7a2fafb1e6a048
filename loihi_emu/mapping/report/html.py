"""The report of a placement as HTML for notebooks, with bars; nothing in it depends on a style sheet."""

from __future__ import annotations

import html

from loihi_emu.mapping.report.contents import Cell, ReportContents, Table

ROWS = 16
"""Most rows of a table."""
FULL = 0.9
"""Share of a limit from which on a bar has the other colour."""
COLORS = ("#4c78a8", "#e45756")
BEHIND = "rgba(128,128,128,.25)"
"""Legible on light and dark pages."""
LEFT, BELOW = 'style="text-align:left"', 'style="margin-top:.7em'


def html_of(report: ReportContents, rows: int = ROWS) -> str:
    """The whole report; tables have at most so many rows."""
    return f"<div><b>{html.escape(report.title())}</b>{''.join(map(_part, report.tables(rows)))}</div>"


def _part(table: Table) -> str:
    title, content = html.escape(table.title), table_of(table)
    if table.folded:
        return f'<details {BELOW}"><summary><em>{title}</em></summary>{content}</details>'
    return f'<div {BELOW};font-style:italic">{title}</div>{content}' if title else content


def table_of(table: Table) -> str:
    """A table without its title."""
    heads = "".join(f"<th {LEFT}>{html.escape(h)}</th>" for h in table.heads)
    rows = "".join(f"<tr>{''.join(f'<td {LEFT}>{_cell(c)}</td>' for c in line)}</tr>" for line in table.lines)
    more = f"<div>{table.more}</div>" if table.more else ""
    return f"<table>{f'<tr>{heads}</tr>' if heads else ''}{rows}</table>{more}"


def _cell(cell: Cell) -> str:
    text = html.escape(cell.text)
    text = f"<b>{text}</b>" if cell.mark == "*" else text
    return text if cell.share is None else f"{_bar(cell.share, '3em' if cell.text else '10em')} {text}".rstrip()


def _bar(share: float, width: str) -> str:
    full = f"width:{100 * min(1.0, share):.1f}%;height:100%;background:{COLORS[share > FULL]}"
    around = f"display:inline-block;vertical-align:middle;width:{width};height:.7em;background:{BEHIND}"
    return f'<span style="{around}"><span style="display:block;{full}"></span></span>'
