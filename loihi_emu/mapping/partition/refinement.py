"""Lower the messages between cores by moving single neurons."""

from __future__ import annotations

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.model import SCARCE, Assignment, Problem, assigned
from loihi_emu.mapping.partition import refine_kernels as k
from loihi_emu.mapping.partition.hypergraph import Hypergraph
from loihi_emu.mapping.stopping import stoppable
from loihi_emu.mapping.usage import CoreUsage

TABLE_MOST, SYNAPSES_MOST = 50_000_000, 10_000_000
"""Lists times cores: the table of targets on cores has so many entries at most; and synapses, at most."""
WORK, LONG_WORK = 6_000_000, 50_000_000
"""Synapses looked at by all passes, about; and where there is heat."""
PASSES, LONG_PASSES = 12, 40
MANY_CORES = 64
"""A synapse is looked at for all cores: with more than these it counts so many times more."""
ENOUGH = 0.1
"""A pass that saves a smaller share of what the first one did is the last."""

FULL = 0.7
"""The estimate of synaptic memory is scaled as it has to be for cores that use so much of the most that one uses."""


def possible(nets: Hypergraph, cores: int) -> bool:
    """Whether the table of targets fits and a pass is affordable."""
    return cores > 1 and len(nets.source) * cores <= TABLE_MOST and len(nets.nets) <= SYNAPSES_MOST


def passes_of(work: float, nets: Hypergraph, cores: int) -> int:
    """How many passes over all neurons go through so many synapses; 1 or more."""
    return max(1, int(work / max(1.0, len(nets.nets) * max(1.0, cores / MANY_CORES))))


def refined(
    problem: Problem,
    nets: Hypergraph,
    assignment: Assignment,
    usage: CoreUsage,
    chip: Index,
    far: float,
    tight: float,
    passes: int = PASSES,
    heat: float = 0.0,
) -> tuple[Assignment, Integers] | None:
    """An assignment with fewer messages, or with less costly ones, and the cores that are left; None if none was found.

    Parameters
    ----------
    problem, nets, assignment, usage
        What is improved, and what it takes.
    chip : int32 array
        Chip of each core.
    far : float
        Cost of a message to another chip beyond the 1 of every message to another core.
    tight : float
        Share of the synaptic memory that may be used.
    passes : int
        Over all neurons, at most, where there is no heat.
    heat : float
        Messages, in those of an average neuron, that a move may cost more at the beginning of a longer search.
    """
    core = problem.flat(assignment.cores).astype(np.int32)
    counts = np.zeros((len(nets.source), assignment.count), np.int16)
    k.count_on_cores(nets, core, counts)
    used = np.zeros((k.RESOURCES, assignment.count), np.int64)
    k.count_use(nets, core, counts, used)
    limits = np.array([problem.limit(name) for name in SCARCE])
    if any(problem.delay(c) for c in problem.connections.values()):  # which may leave room for fewer
        limits[k.COMPARTMENTS] = min(limits[k.COMPARTMENTS], usage.budgets["compartments"].max())
    exact = usage.budgets["synaptic_bits"]
    full = exact > FULL * exact.max()
    ratio = float((used[k.BITS][full] / exact[full]).min()) if full.any() else 1.0
    limits[k.BITS] = int(tight * problem.limit("synaptic_bits") * ratio)
    unrefined = core.copy()
    passes = min(passes, passes_of(WORK, nets, assignment.count))
    if heat:
        passes = min(LONG_PASSES, passes_of(LONG_WORK, nets, assignment.count))
        if passes < LONG_PASSES // 2:  # it would cool too fast
            return None
    heat *= float(nets.weight.sum()) / max(1, nets.neurons)
    far, chip = float(far), np.ascontiguousarray(chip, np.int32)
    stoppable(k.refine, nets, core, counts, chip, far, used, limits, passes, ENOUGH, heat, 1)
    if np.array_equal(core, unrefined):
        return None
    left, numbers = np.unique(core, return_inverse=True)
    return assigned(problem.by_population(numbers.reshape(-1)), len(left)), left.astype(np.int64)
