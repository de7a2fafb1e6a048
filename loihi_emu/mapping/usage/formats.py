"""Cores with more synapse formats than there are: their lists stored in fewer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from loihi_emu.mapping.lists import CoreLists
from loihi_emu.mapping.model import Assignment, Problem


def fewer_formats(problem: Problem, assignment: Assignment, core: int, rows: list[CoreLists]) -> list[CoreLists]:
    """The lists of a core, connections in one format each, or else all lists sparse with one width of index.

    `rows` is changed.
    """
    limit = problem.limit("synapse_formats")
    mixed = sorted((r for r in rows if len(r.formats) > 1), key=lambda r: r.bits - r.single[1])
    while (count := len(kinds_of(problem, rows))) > limit and mixed:
        row = mixed.pop()
        kind, bits = row.single
        rows[rows.index(row)] = replace(row, formats={kind: row.lists}, bits=bits, skip_bits=0)
    if count > limit:
        alike = _with_one_index(problem, assignment, core, rows)
        return alike if len(kinds_of(problem, alike)) < count else rows
    return rows


def _with_one_index(problem: Problem, assignment: Assignment, core: int, rows: list[CoreLists]) -> list[CoreLists]:
    """The lists of a core, all but those of convolutions sparse with indices of one width."""
    by_name = {row.connection: row for row in rows}
    for name, cores in assignment.cores.items():
        neurons, incoming = np.flatnonzero(cores == core).astype(np.int32), problem.incoming[name]
        if not len(neurons) or not incoming.connections:
            continue
        slots = assignment.slots[name][neurons]
        order = np.argsort(slots)
        totals, _ = incoming.measure(neurons[order], slots[order], one_index=True)
        for c, t in zip(incoming.connections, totals, strict=True):
            if c.conv is None and t.found:
                bits = int(t.sparse)
                by_name[c.name] = replace(
                    by_name[c.name], bits=bits, formats={"sparse": int(t.lists)}, index_bits=int(t.index), skip_bits=0,
                    single=("sparse", bits),
                )  # fmt: skip
    return list(by_name.values())


def kinds_of(problem: Problem, rows: list[CoreLists]) -> set[Any]:
    """The synapse formats of the lists of a core."""
    kinds = set()
    for row in rows:
        key = problem.kinds[row.connection]["synapse_formats"]
        for kind in row.formats:
            widths = (row.index_bits if kind != "dense" else 0, row.skip_bits if kind == "run-length" else 0)
            kinds.add((kind, *widths, key))
    return kinds
