"""Populations in order of creation, cores filled one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from loihi_emu.errors import MappingError
from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.model import SCARCE, Assignment, Problem, assigned
from loihi_emu.mapping.strategies.balanced import Fanout, balanced_split
from loihi_emu.mapping.strategies.by_profile import grouped_runs
from loihi_emu.mapping.strategies.first_fit import Run, fill, per_core
from loihi_emu.mapping.strategies.strategy import Measured
from loihi_emu.mapping.usage import CoreUsage, add_fanout, core_usage, excess_of

LARGE = 2_000_000
"""Equal parts are tried for networks of at most so many neurons and synapses: they are measured several times."""
ROUNDS, TRIES = 12, 5
"""How often cores are filled anew because more output axons were needed than estimated; and how often if it is only to
save cores."""
MANY, FULL, BRIM = 64, 0.95, 0.99
"""With so many cores of which each uses so much of some resource on average, no other way to fill them is tried; with
fewer cores, if they are full to the brim."""
FEW = 0.1
"""If no larger share of the cores needs too many output axons, those are split; else all are filled anew."""


def assign_in_order(problem: Problem) -> Measured:
    """Fill cores in order of populations: large ones in equal parts, or split where a core ends if that saves cores.

    Neurons of a population are taken in order, or, if that saves cores, by the profiles that a core has few of.

    Raises
    ------
    MappingError
        A neuron that fits on no core.
    """
    best, sizes, least = None, dict[str, int](), fewest(problem)
    grouped = grouped_runs(problem)
    if grouped is not None:
        best = filled(problem, grouped, estimated_fanout(problem, sizes))
    most = None if best is None else best[0].count
    equal = balanced_split(problem, most) if max(problem.synapses, problem.neurons) <= LARGE else None
    if equal is not None:
        sizes, least = equal.whole, max(least, -(-equal.axons // problem.limit("axons_in")))
        better = filled(problem, equal.runs, equal.fanout, whole=True, most=most)
        if better is not None:
            best, most = better, better[0].count - 1
            if most < least or _is_full(problem, best[1]):
                return best
    runs = [Run(*item) for item in problem.every_neuron().items()]
    fanout = estimated_fanout(problem, sizes)
    better = filled(problem, runs, fanout, most=most) if best is not None else fill_and_measure(problem, runs, fanout)
    return better or best  # type: ignore[return-value]


def filled(problem: Problem, runs: Sequence[Run], fanout: Fanout, **how: Any) -> Measured | None:
    """As :func:`fill_and_measure`; None too if a neuron fits on no core, or if a limit is not kept.

    Runs of a population on one core can need more than was estimated for each.
    """
    with suppress(MappingError):
        measured = fill_and_measure(problem, runs, fanout, **how)
        return measured if measured is not None and excess_of(problem, measured[1]) is None else None
    return None


def _is_full(problem: Problem, usage: CoreUsage) -> bool:
    """Whether most cores use so much of a resource that filling them up would hardly save any."""
    shares = np.max([usage.budgets[name] / problem.limit(name) for name in SCARCE], axis=0)
    return float(shares.mean()) >= (FULL if len(shares) >= MANY else BRIM)


def fewest(problem: Problem) -> int:
    """Cores that a network needs at least: for its neurons, and for its synapses without headers or gaps."""
    bits = sum(incoming.payload for incoming in problem.incoming.values())
    return max(-(-problem.neurons // problem.limit("compartments")), -(-bits // problem.limit("synaptic_bits")))


def fill_and_measure(
    problem: Problem, runs: Sequence[Run], fanout: Fanout, *, whole: bool = False, most: int | None = None
) -> Measured | None:
    """Fill cores with runs of neurons in order, and measure them; None if more than `most` cores are needed.

    The output axons of a neuron depend on how many cores its targets lie on, which is known only afterwards: they are
    estimated; then cores that need too many are split, or all are filled anew.
    """
    one_index, split, splitting = False, False, True
    assignment = fill(problem, runs, fanout, whole=whole, most=most)
    rounds = ROUNDS if most is None else TRIES
    for _ in range(rounds):
        if assignment is None:
            return None
        usage = core_usage(problem, assignment)
        if not one_index and excess_of(problem, usage, "synapse_formats", "synaptic_bits"):
            one_index = True
            assignment = fill(problem, runs, fanout, whole=whole, most=most, one_index=True)
            continue
        over = np.flatnonzero(usage.budgets["axons_out"] > problem.limit("axons_out"))
        # lists of halves can be stored otherwise than those of the whole: then all are filled, and none are split
        more = split and excess_of(problem, usage, "axons_in", "synaptic_bits") is not None
        splitting = splitting and not more
        if not len(over) and not more:
            return assignment, usage
        few = len(over) <= max(1, FEW * assignment.count) and np.all(usage.budgets["compartments"][over] > 1)
        if splitting and few:
            assignment, split = split_cores(assignment, over), True
            if most is not None and assignment.count > most:
                return None
        else:
            fanout = {name: np.maximum(fanout[name], axons) for name, axons in usage.fanout.items()}
            assignment, split = fill(problem, runs, fanout, whole=whole, most=most, one_index=one_index), False
    worst = int(usage.budgets["axons_out"].argmax())
    raise MappingError(
        f'network "{problem.name}": core {worst} needs {usage.budgets["axons_out"][worst]} output axons, has '
        f"{problem.limit('axons_out')}, and splitting it did not help after {rounds} rounds. Connect neurons to fewer "
        "cores: fewer targets each, or targets that lie together.",
        resource="axons_out", need=int(usage.budgets["axons_out"][worst]), have=problem.limit("axons_out"),
    )  # fmt: skip


def split_cores(assignment: Assignment, over: Integers) -> Assignment:
    """Split some cores into two of half their neurons; those behind move up."""
    after = np.zeros(assignment.count, np.int64)
    after[over] = 1
    size = np.zeros(assignment.count, np.int64)
    for a in assignment.cores.values():
        size += np.bincount(a, minlength=assignment.count)
    moved = np.cumsum(after) - after
    cores = {
        name: a + moved[a] + (after[a] & (2 * assignment.slots[name] >= size[a]))
        for name, a in assignment.cores.items()
    }
    return assigned(cores, assignment.count + len(over), assignment.slots)


def estimated_fanout(problem: Problem, known: Mapping[str, int]) -> Fanout:
    """Output axon slots of each neuron if populations were cut into parts of known sizes, or as a look suggests."""
    sizes = {name: known.get(name) or per_core(problem, name) for name in problem.populations}
    limit = problem.limit("axons_out")
    while True:
        fanout = problem.zeros()
        for name, incoming in problem.incoming.items():
            neurons = np.arange(incoming.population.size, dtype=np.int32)
            bounds = np.append(neurons[:: sizes[name]], len(neurons)).astype(np.int64)
            once = np.ones(int(incoming.lists.offsets[-1]), np.int64)  # of convolutions, which are not looked at
            add_fanout(incoming, once if incoming.convolved else incoming.count_axons(neurons, bounds)[1], fanout)
        fits = {name: max(1, int(limit / max(1.0, float(f.mean())))) for name, f in fanout.items()}
        smaller = {name: min(size, fits[name]) for name, size in sizes.items()}
        if all(smaller[name] >= 0.98 * sizes[name] for name in sizes):
            return fanout
        sizes = smaller
