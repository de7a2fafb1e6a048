"""What an assignment takes of every core, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import DELAY_SLOTS_LOST
from loihi_emu.mapping.lists import CODE_BITS, TOTALS, CoreLists, format_codes, stored
from loihi_emu.mapping.model import Assignment, Problem
from loihi_emu.mapping.usage.all_cores import add_fanout, measure_all
from loihi_emu.mapping.usage.formats import fewer_formats, kinds_of
from loihi_emu.network.elements import Connection

Integers = NDArray[np.int64]
Records = NDArray[np.record]

VALUE_BITS = 40
"""Bits below the core in numbers that stand for a core and a value."""


@dataclass(frozen=True, eq=False)
class CoreUsage:
    """What each core is used for.

    Attributes
    ----------
    budgets : dict
        Name of a resource to an int64 array with one number per core.
    fanout : dict
        Population name to the output axon slots of each neuron.
    """

    budgets: dict[str, Integers]
    fanout: dict[str, Integers]
    _table: _Table
    _changed: dict[tuple[int, str], CoreLists]

    @cached_property
    def lists(self) -> list[CoreLists]:
        """The synapses of each connection on each core that has some, core by core."""
        return [self._changed.get((row.core, row.connection), row) for row in self._table.lists()]


class _Table(NamedTuple):
    """What each connection needs on each core that has lists of it.

    Attributes
    ----------
    connections : list of Connection
    number : int64 array (rows)
        Of the connection.
    core : int32 array (rows)
    totals : TOTALS array (rows)
    """

    connections: list[Connection]
    number: Integers
    core: NDArray[np.int32]
    totals: Records

    def lists(self) -> list[CoreLists]:
        """The rows, core by core."""
        order = np.argsort(self.core, kind="stable")
        columns = (self.core[order].tolist(), self.number[order].tolist(), self.totals[order])
        return [stored(core, self.connections[number], total) for core, number, total in zip(*columns, strict=True)]

    def of_cores(self, cores: Integers) -> _Table:
        """The rows of some cores."""
        rows = np.flatnonzero(np.isin(self.core, cores))
        return _Table(self.connections, self.number[rows], self.core[rows], self.totals[rows])


def core_usage(problem: Problem, assignment: Assignment) -> CoreUsage:
    """Measure all cores."""
    n = assignment.count
    budgets: dict[str, Integers] = {name: np.zeros(n, np.int64) for name in problem.limits}
    fanout = {name: np.zeros(p.size, np.int64) for name, p in problem.populations.items()}
    table = _measured(problem, assignment, budgets, fanout)
    for name, slots_out in fanout.items():
        budgets["axons_out"] += np.bincount(assignment.cores[name], weights=slots_out, minlength=n).astype(np.int64)
    delays = np.zeros(n, np.int64)
    if len(table.core):
        longest = np.asarray([problem.fields[c.name].longest for c in table.connections])
        np.maximum.at(delays, table.core, longest[table.number])
        _count_lists(problem, table, budgets)
    budgets["accumulators"] *= delays + DELAY_SLOTS_LOST
    return CoreUsage(budgets, fanout, table, _with_fewer_formats(problem, assignment, table, budgets))


def _count_lists(problem: Problem, table: _Table, budgets: dict[str, Integers]) -> None:
    """Count memory, input axons, formats and pre-traces."""
    for column, resource in (("bits", "synaptic_bits"), ("axons", "axons_in")):
        np.add.at(budgets[resource], table.core, table.totals[column])
    formats = _numbered(problem, table, "synapse_formats")
    convolved = np.asarray([c.conv is not None for c in table.connections])[table.number]
    found = [
        _pairs(table.core[rows], codes | formats[rows] << CODE_BITS)
        for rows, codes in format_codes(table.totals, convolved)
    ]
    n = len(budgets["compartments"])
    budgets["synapse_formats"] += _different(found, n)
    for resource in ("trace_profiles", "learning_rules"):
        kinds = _numbered(problem, table, resource)
        learned = np.flatnonzero(kinds >= 0)
        budgets[resource] += _different([_pairs(table.core[learned], kinds[learned])], n)


def _numbered(problem: Problem, table: _Table, resource: str) -> Integers:
    """What the connection of each row takes of a resource, as numbers; -1 for nothing."""
    return np.asarray([problem.kinds[c.name][resource] for c in table.connections])[table.number]


def _with_fewer_formats(
    problem: Problem, assignment: Assignment, table: _Table, budgets: dict[str, Integers]
) -> dict[tuple[int, str], CoreLists]:
    """Lists of cores that have too many formats as they are stored instead, by core and connection."""
    over = np.flatnonzero(budgets["synapse_formats"] > problem.limit("synapse_formats"))
    changed: dict[tuple[int, str], CoreLists] = {}
    rows = table.of_cores(over).lists() if len(over) else []
    for core, before in groupby(rows, key=lambda row: row.core):
        after = fewer_formats(problem, assignment, core, list(before))
        changed |= {(core, row.connection): row for row in after}
        budgets["synaptic_bits"][core] = sum(row.bits for row in after)
        budgets["synapse_formats"][core] = len(kinds_of(problem, after))
    return changed


def _measured(
    problem: Problem, assignment: Assignment, budgets: dict[str, Integers], fanout: dict[str, Integers]
) -> _Table:
    """Measure all lists; counts also compartments, profiles, output axons, and the accumulators of a delay slot."""
    connections: list[Connection] = []
    found: list[tuple[Integers, NDArray[np.int32], Records]] = []
    profiles: dict[str, list[Integers]] = {"compartment_profiles": [], "threshold_profiles": []}
    for name in assignment.cores:
        parts, incoming = assignment.parts_of(name), problem.incoming[name]
        budgets["compartments"][parts.cores] += np.diff(parts.bounds)
        budgets["accumulators"][parts.cores] += np.diff(parts.bounds) * problem.ports[name]
        for resource, identities in problem.profiles.counted(name).items():
            cores = parts.cores if identities.ndim == 0 else assignment.cores[name]
            profiles[resource].append(_pairs(cores, identities))
        if incoming.connections:
            measured = measure_all(incoming, parts)
            found.append((measured.connection + len(connections), parts.cores[measured.part], measured.totals))
            connections += incoming.connections
            add_fanout(incoming, measured.taken, fanout)
    for resource, pairs in profiles.items():
        budgets[resource] += _different(pairs, assignment.count)
    if not found:
        return _Table([], np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, TOTALS))
    number, core, totals = zip(*found, strict=True)
    records = np.concatenate(totals, dtype=TOTALS)  # told the type, since looking for one common to all takes its time
    return _Table(connections, np.concatenate(number), np.concatenate(core), records)


def _different(pairs: list[Integers], cores: int) -> Integers:
    """How many different values each core has."""
    return np.bincount(np.unique(np.concatenate(pairs)) >> VALUE_BITS, minlength=cores)


def _pairs(cores: NDArray[np.int32], values: Any) -> Integers:
    """Core and value as one number each."""
    return np.asarray(cores.astype(np.int64) << VALUE_BITS | values)
