"""What an assignment takes of every core, exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chip import DELAY_SLOTS_LOST, Chip
from loihi_emu.elements import Connection, Population
from loihi_emu.mapping import kernels as k
from loihi_emu.mapping.assignment import Assignment
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.profiles import values_of

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class CoreLists:
    """The lists of one connection on one core, and how they are stored.

    Attributes
    ----------
    core : int
    connection : str
    lists, synapses : int
    bits : int
        Of synaptic memory.
    axons : int
        Input axon slots.
    out_slots : int
        Output axon slots that each source neuron takes for this core.
    formats : dict
        Name of the format ("dense", "sparse", "run-length"; of convolutions "single", which shares none, "pop16",
        "pop32") to the number of lists stored in it.
    index_bits, skip_bits : int
        Widths of the index field (of convolutions 0 if lists have none) and, for run-length, of the skip field.
    single : (str, int)
        The cheapest one format for all lists, and its bits.
    stored : int
        Synapses in memory: those of a list that several pixels share count once.
    """

    core: int
    connection: str
    lists: int
    synapses: int
    bits: int
    axons: int
    out_slots: int
    formats: dict[str, int]
    index_bits: int
    skip_bits: int
    single: tuple[str, int]
    stored: int


@dataclass(frozen=True, eq=False)
class Use:
    """What each core is used for.

    Attributes
    ----------
    budgets : dict
        Name of a resource to an int64 array with one number per core.
    lists : list of CoreLists
    fanout : dict
        Population name to the output axon slots of each neuron.
    """

    budgets: dict[str, Integers]
    lists: list[CoreLists]
    fanout: dict[str, Integers]


def use_of(problem: Problem, assignment: Assignment) -> Use:
    """Measure all cores."""
    n = assignment.count
    budgets: dict[str, Integers] = {name: np.zeros(n, np.int64) for name in problem.limits}
    fanout = {name: np.zeros(p.size, np.int64) for name, p in problem.populations.items()}
    delays = np.zeros(n, np.int64)
    profiles: tuple[dict[int, set[int]], ...] = ({}, {})
    traces: dict[int, set[Any]] = {}
    rows: list[CoreLists] = []
    for core, name, neurons, slots in assignment.parts():
        budgets["compartments"][core] += len(neurons)
        for present, identities in zip(
            profiles, (problem.profiles.compartment, problem.profiles.threshold), strict=True
        ):
            present.setdefault(core, set()).update(values_of(identities[name], neurons))
        fanin = problem.fanins[name]
        if not fanin.connections:
            continue
        totals, lists = fanin.measure(neurons, slots)
        for c, total, found in zip(fanin.connections, totals.tolist(), fanin.sources(lists), strict=True):
            if not total[k.FOUND]:
                continue
            row = cheapest(core, c, total, problem.chip)
            rows.append(row)
            delays[core] = max(delays[core], problem.delay(c))
            if c.learning is not None:
                traces.setdefault(core, set()).add(problem.trace_key(c))
            if isinstance(c.pre.target, Population):
                fanout[c.pre.target.name][found] += row.out_slots
    budgets["accumulators"] = budgets["compartments"] * (delays + DELAY_SLOTS_LOST)
    for name, by_core in zip(("compartment_profiles", "threshold_profiles"), profiles, strict=True):
        for core, kinds in by_core.items():
            budgets[name][core] = len(kinds)
    for core, learned in traces.items():
        budgets["trace_profiles"][core] = len(learned)
    rows = _few_formats(problem, assignment, rows, budgets["synapse_formats"])
    for row in rows:
        budgets["synaptic_bits"][row.core] += row.bits
        budgets["axons_in"][row.core] += row.axons
    for name, slots_out in fanout.items():
        budgets["axons_out"] += np.bincount(assignment.cores[name], weights=slots_out, minlength=n).astype(np.int64)
    return Use(budgets, rows, fanout)


def cheapest(core: int, c: Connection, t: list[int], chip: Chip) -> CoreLists:
    """The cheapest way to store the lists of a connection on a core, from its totals as the kernel measured them."""
    common = (core, c.name, t[k.LISTS], t[k.SYNAPSES])
    if c.conv is not None:
        kind = min((1, 0, 2), key=lambda s: t[k.SHARED + s - 1] if s else t[k.MIXED])  # the first of equal ones
        bits = t[k.SHARED + kind - 1] if kind else t[k.MIXED]
        text = ("single", "pop16", "pop32")[kind]
        formats = {text: t[k.DISTINCT + kind - 1] if kind else t[k.LISTS]}
        index = t[k.RELATIVE + kind - 1] if kind else t[k.INDEX] if t[k.SPARSE] < t[k.DENSE] else 0
        slots = (chip.pop32_axon_slots or 1) if text == "pop32" else 1
        stored = t[k.STORED + kind - 1] if kind else t[k.SYNAPSES]
        return CoreLists(*common, bits, t[k.AXONS + kind], slots, formats, index, 0, (text, bits), stored)
    s = min(range(4), key=lambda s: t[k.MIXED + s])
    dense, runs = t[k.OF_DENSE + s], t[k.OF_RUNS + s] if s else 0
    counts = {"dense": dense, "sparse": t[k.LISTS] - dense - runs, "run-length": runs}
    formats = {kind: count for kind, count in counts.items() if count}
    whole = {"sparse": t[k.SPARSE]} | ({"dense": t[k.DENSE]} if t[k.DENSE] >= 0 else {})
    single = min(whole.items(), key=lambda item: item[1])
    skip = k.SKIPS[s - 1] if runs else 0
    return CoreLists(*common, t[k.MIXED + s], t[k.AXONS], 1, formats, t[k.INDEX], skip, single, t[k.SYNAPSES])


def _few_formats(problem: Problem, assignment: Assignment, rows: list[CoreLists], counts: Integers) -> list[CoreLists]:
    """Count the synapse formats of each core.

    Where there are too many, give connections one format each, or else all lists wide indices, to have formats in
    common.
    """
    by_core: dict[int, list[CoreLists]] = {}
    for row in rows:
        by_core.setdefault(row.core, []).append(row)
    for core, found in by_core.items():
        mixed = sorted((r for r in found if len(r.formats) > 1), key=lambda r: r.bits - r.single[1])
        counts[core] = len(_kinds(problem, found))
        while counts[core] > problem.limit("synapse_formats") and mixed:
            row = mixed.pop()
            kind, bits = row.single
            found[found.index(row)] = replace(row, formats={kind: row.lists}, bits=bits, skip_bits=0)
            counts[core] = len(_kinds(problem, found))
        if counts[core] > problem.limit("synapse_formats"):
            wide = _wide(problem, assignment, core, found)
            number = len(_kinds(problem, wide))
            if number < counts[core]:
                found[:], counts[core] = wide, number
    return [row for found in by_core.values() for row in found]


def _wide(problem: Problem, assignment: Assignment, core: int, rows: list[CoreLists]) -> list[CoreLists]:
    """The lists of a core, all but those of convolutions sparse with indices of one width."""
    by_name = {row.connection: row for row in rows}
    for name, cores in assignment.cores.items():
        neurons = np.flatnonzero(cores == core).astype(np.int32)
        fanin = problem.fanins[name]
        if not len(neurons) or not fanin.connections:
            continue
        totals, _ = fanin.measure(neurons, assignment.slots[name][neurons], wide=True)
        for c, t in zip(fanin.connections, totals.tolist(), strict=True):
            if c.conv is None and t[k.FOUND]:
                bits = t[k.SPARSE]
                by_name[c.name] = replace(
                    by_name[c.name], bits=bits, formats={"sparse": t[k.LISTS]}, index_bits=t[k.INDEX], skip_bits=0,
                    single=("sparse", bits),
                )  # fmt: skip
    return list(by_name.values())


def _kinds(problem: Problem, rows: list[CoreLists]) -> set[Any]:
    """The synapse formats of the lists of a core."""
    kinds = set()
    for row in rows:
        key = problem.format_key(problem.connections[row.connection])
        for kind in row.formats:
            widths = (row.index_bits if kind != "dense" else 0, row.skip_bits if kind == "run-length" else 0)
            kinds.add((kind, *widths, *key))
    return kinds
