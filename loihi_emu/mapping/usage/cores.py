"""What an assignment takes of every core, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from loihi_emu.chips.chip import DELAY_SLOTS_LOST
from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.lists import TOTALS, CoreLists, stored
from loihi_emu.mapping.model import Assignment, Problem
from loihi_emu.mapping.usage.all_cores import Needs, add_fanout, joined, measure_all
from loihi_emu.mapping.usage.kinds import different, fewer_formats, formats_of, kinds_of, pairs
from loihi_emu.network.elements import Connection


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
    _connections: list[Connection]
    _needs: Needs

    @cached_property
    def lists(self) -> list[CoreLists]:
        """The synapses of each connection on each core that has some, core by core."""
        order = np.argsort(self._needs.core, kind="stable")
        number, core, totals = (column[order] for column in self._needs)
        rows = zip(core.tolist(), number.tolist(), totals, strict=True)
        return [stored(here, self._connections[of], total) for here, of, total in rows]


def core_usage(problem: Problem, assignment: Assignment) -> CoreUsage:
    """Measure all cores."""
    n = assignment.count
    budgets: dict[str, Integers] = {name: np.zeros(n, np.int64) for name in problem.limits}
    fanout = problem.zeros()
    connections = [c for name in assignment.cores for c in problem.incoming[name].connections]
    needs = _measured(problem, assignment, budgets, fanout)
    for name, slots_out in fanout.items():
        budgets["axons_out"] += np.bincount(assignment.cores[name], weights=slots_out, minlength=n).astype(np.int64)
    delays = np.zeros(n, np.int64)
    if len(needs.core):
        longest = np.asarray([problem.delay(c) for c in connections])
        np.maximum.at(delays, needs.core, longest[needs.number])
        _count_lists(problem, assignment, connections, needs, budgets)
    budgets["accumulators"] *= delays + DELAY_SLOTS_LOST
    return CoreUsage(budgets, fanout, connections, needs)


def _count_lists(
    problem: Problem, assignment: Assignment, connections: list[Connection], needs: Needs, budgets: dict[str, Integers]
) -> None:
    """Count memory, input axons, formats and pre-traces; where there are too many formats, `needs` is changed."""
    for column, resource in (("bits", "synaptic_bits"), ("axons", "axons_in")):
        np.add.at(budgets[resource], needs.core, needs.totals[column])
    n = assignment.count
    formats = budgets["synapse_formats"]
    formats += different(formats_of(problem, connections, needs), n)
    for core in np.flatnonzero(formats > problem.limit("synapse_formats")):
        rows = np.flatnonzero(needs.core == core)
        here = Needs(needs.number[rows], needs.core[rows], needs.totals[rows])
        formats[core] = fewer_formats(problem, assignment, connections, here)
        needs.totals[rows] = here.totals
        budgets["synaptic_bits"][core] = here.totals["bits"].sum()
    for resource in ("trace_profiles", "learning_rules"):
        kinds = kinds_of(problem, connections, resource)[needs.number]
        learned = np.flatnonzero(kinds >= 0)
        budgets[resource] += different(pairs(needs.core[learned], kinds[learned]), n)


def _measured(
    problem: Problem, assignment: Assignment, budgets: dict[str, Integers], fanout: dict[str, Integers]
) -> Needs:
    """Measure all lists; counts also compartments, profiles, output axons, and the accumulators of a delay slot."""
    measured, first = [Needs(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, TOTALS))], 0
    profiles: dict[str, list[Integers]] = {"compartment_profiles": [], "threshold_profiles": []}
    for name in assignment.cores:
        parts, incoming = assignment.parts_of(name), problem.incoming[name]
        budgets["compartments"][parts.cores] += np.diff(parts.bounds)
        budgets["accumulators"][parts.cores] += np.diff(parts.bounds) * problem.ports[name]
        for resource, identities in problem.profiles.counted(name).items():
            cores = parts.cores if identities.ndim == 0 else assignment.cores[name]
            profiles[resource].append(pairs(cores, identities))
        if incoming.connections:
            needs, taken = measure_all(incoming, parts)
            measured.append(needs._replace(number=needs.number + first))
            first += len(incoming.connections)
            add_fanout(incoming, taken, fanout)
    for resource, each in profiles.items():
        budgets[resource] += different(np.concatenate(each), assignment.count)
    return joined(measured)
