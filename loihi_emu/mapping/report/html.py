"""The report of a placement as HTML for notebooks, with bars; nothing in it depends on a style sheet."""

from __future__ import annotations

import html
from collections.abc import Sequence

from loihi_emu.mapping.report.contents import SHORT, CoreRow, Report, Usage
from loihi_emu.mapping.report.text import alike, held

ROWS = 16
"""Most rows of a table."""
FULL = 0.9
"""Share of a limit from which on a bar has the other colour."""
COLORS = ("#4c78a8", "#e45756")
BEHIND = "rgba(128,128,128,.25)"
"""Legible on light and dark pages."""


def html_of(report: Report, rows: int = ROWS) -> str:
    """The whole report; tables have at most so many rows."""
    parts = [f"<b>{_text(report.title()[0].upper() + report.title()[1:])}</b>", _pairs(report.summary())]
    lines = [_fullest(report, u) for u in report.fullest]
    parts.append(_table("fullest core of each resource", ["", "need", "have", "", ""], lines))
    shorts = [SHORT[r.name] for r in report.resources]
    if len(report.chips) > 1:
        lines = [[str(c.chip), str(c.cores), *(_small(u) for u in c.fullest)] for c in report.chips[:rows]]
        title = "chips, each with its fullest core of each resource"
        parts.append(_table(title, ["chip", "cores", *shorts], lines) + _more(len(report.chips), rows, "chips"))
    lines, left = alike(report.cores, _core, rows)
    cores = _table("", ["chip", "core", *shorts, "holds"], lines) + _more(left, 0, "cores")
    parts.append(_folded("cores, with what is nearest to its limit in bold", cores))
    if report.connections:
        parts.append(_folded("connections, as they are stored", _connections(report, rows)))
    head, pairs = report.messages()
    parts.append(_head(head) + _pairs(pairs))
    if report.host:
        parts.append(_head("messages from inputs to the chip that gets most") + _pairs(report.stimulus()))
    if report.doubts:
        facts = "".join(f"<li>{_text(str(fact))}</li>" for fact in report.doubts)
        parts.append(_folded("? limits whose evidence is weak, or that no public source tells", f"<ul>{facts}</ul>"))
    return f"<div>{''.join(parts)}</div>"


def _text(value: str) -> str:
    return html.escape(value)


def _head(title: str) -> str:
    return f'<div style="margin-top:.7em;font-style:italic">{_text(title)}</div>'


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><th style="text-align:left">{_text(k)}</th>{_cell(_text(v))}</tr>' for k, v in pairs)
    return f"<table>{rows}</table>"


def _cell(content: str) -> str:
    return f'<td style="text-align:left">{content}</td>'


def _table(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    above = _head(title) if title else ""
    head = "".join(f'<th style="text-align:left">{_text(h)}</th>' for h in heads)
    body = "".join(f"<tr>{''.join(_cell(c) for c in line)}</tr>" for line in lines)
    return f"{above}<table><tr>{head}</tr>{body}</table>"


def _folded(title: str, content: str) -> str:
    summary = f"<summary><em>{_text(title)}</em></summary>"
    return f'<details style="margin-top:.7em">{summary}{content}</details>'


def _more(count: int, rows: int, what: str) -> str:
    return f"<div>... and {count - rows:,} more {what}</div>" if count > rows else ""


def _fullest(report: Report, u: Usage) -> list[str]:
    known = u.share is not None
    mark = " ?" if u.resource.weak or not known else ""
    have = f"{u.resource.limit:,}" if known else "unknown"
    bar = _bar(u.share, "10em") + f" {u.percent}" if u.share is not None else ""
    return [_text(u.resource.text + mark), f"{u.need:,}", have, bar, _text(report.place(u.core)) if u.need else ""]


def _core(row: CoreRow) -> list[str]:
    return [*(_small(u, u is row.limiting) for u in row.usages), _text(held(row.populations))]


def _small(u: Usage, bold: bool = False) -> str:
    text = f"<b>{u.percent}</b>" if bold else u.percent
    return text if u.share is None else f"{_bar(round(u.share, 2), '3em')} {text}"


def _bar(share: float, width: str) -> str:
    full = f"width:{100 * min(1.0, share):.1f}%;height:100%;background:{COLORS[share > FULL]}"
    around = f"display:inline-block;vertical-align:middle;width:{width};height:.7em;background:{BEHIND}"
    return f'<span style="{around}"><span style="display:block;{full}"></span></span>'


def _connections(report: Report, rows: int) -> str:
    heads = ["", "synapses", "memory bits", "bits each", "input axons", "cores", "fields", "lists"]
    lines = [
        [
            _text(row.name), f"{row.synapses:,}", f"{row.bits:,}", f"{row.bits_per_synapse:.1f}", f"{row.axons:,}",
            f"{row.cores:,}", _text(row.fields), ", ".join(f"{n:,} {kind}" for kind, n in row.formats.items()),
        ]
        for row in report.connections[:rows]
    ]  # fmt: skip
    return _table("", heads, lines) + _more(len(report.connections), rows, "connections")
