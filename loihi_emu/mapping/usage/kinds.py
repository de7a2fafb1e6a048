"""What connections take of a core's synapse formats, pre-traces and rules: equal ones share it."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.lists import CODE_BITS, format_codes
from loihi_emu.mapping.model import Assignment, Problem
from loihi_emu.mapping.usage.all_cores import Needs
from loihi_emu.network.elements import Connection

VALUE_BITS = 40
"""Bits below the core in numbers that stand for a core and a value."""


def pairs(cores: Index, values: Any) -> Integers:
    """Core and value as one number each."""
    return np.asarray(cores.astype(np.int64) << VALUE_BITS | values)


def different(numbers: Integers, cores: int) -> Integers:
    """How many different values each core has."""
    return np.bincount(np.unique(numbers) >> VALUE_BITS, minlength=cores)


def kinds_of(problem: Problem, connections: list[Connection], resource: str) -> Integers:
    """What each connection takes of a resource, as numbers; -1 for nothing."""
    return np.asarray([problem.kinds[c.name][resource] for c in connections])


def formats_of(problem: Problem, connections: list[Connection], needs: Needs) -> Integers:
    """Core and synapse format of the lists of each connection, as numbers."""
    kinds = kinds_of(problem, connections, "synapse_formats")[needs.number] << CODE_BITS
    convolved = np.asarray([c.conv is not None for c in connections])[needs.number]
    by_format = format_codes(needs.totals, convolved)
    return np.concatenate([pairs(needs.core[rows], codes | kinds[rows]) for rows, codes in by_format])


def fewer_formats(problem: Problem, assignment: Assignment, connections: list[Connection], needs: Needs) -> int:
    """Store the lists of a core in fewer formats, and count these; the totals of `needs` are changed.

    Connections have one format each, those first that take the least memory more, until there are few enough; if there
    are not, all lists are sparse with one width of index.
    """
    totals, every = needs.totals, np.arange(len(needs.totals))
    dense, runs = totals["dense_lists"][every, totals["choice"]], totals["run_lists"][every, totals["choice"]]
    mixed = 1 * (dense > 0) + (runs > 0) + (totals["lists"] > dense + runs) > 1
    all_dense = (totals["dense"] >= 0) & (totals["dense"] < totals["sparse"])
    bits = np.where(all_dense, totals["dense"], totals["sparse"])
    order = [row for row in np.argsort(totals["bits"] - bits, kind="stable") if mixed[row]]
    while (count := len(np.unique(formats_of(problem, connections, needs)))) > problem.limit("synapse_formats"):
        if not order:
            alike = needs._replace(totals=totals.copy())
            _with_one_index(problem, assignment, connections, alike)
            fewer = len(np.unique(formats_of(problem, connections, alike)))
            if fewer < count:
                count, totals[:] = fewer, alike.totals
            break
        row = order.pop()
        _in_one_format(totals[row], all_dense[row], bits[row])
    return count


def _in_one_format(total: Any, dense: bool, bits: int) -> None:
    """Store all lists of a connection dense, or all sparse."""
    total.bits, total.choice = bits, 0
    total.dense_lists[0], total.run_lists[0] = total.lists * dense, 0


def _with_one_index(problem: Problem, assignment: Assignment, connections: list[Connection], needs: Needs) -> None:
    """Store the lists of a core, all but those of convolutions, sparse with indices of one width."""
    measured: dict[str, Any] = {}
    for name, cores in assignment.cores.items():
        neurons, incoming = np.flatnonzero(cores == needs.core[0]).astype(np.int32), problem.incoming[name]
        if len(neurons) and incoming.connections:
            slots = assignment.slots[name][neurons]
            order = np.argsort(slots)
            totals, _ = incoming.with_one_index.measure(neurons[order], slots[order])
            measured |= {c.name: total for c, total in zip(incoming.connections, totals.copy(), strict=True)}
    for row, number in enumerate(needs.number):
        if connections[number].conv is None:
            needs.totals[row] = measured[connections[number].name]
            _in_one_format(needs.totals[row], False, needs.totals[row].sparse)
            needs.totals[row].dense = -1
