"""The strategy that sends little: neurons that send each other many spikes come together.

Three levels: neurons are clustered and put on cores, whose boundaries are then refined neuron by neuron; cores go to
chips; and on a chip, to places in its mesh. Every way to do it is measured, the sequential one among them, and the one
with the fewest messages between chips is taken, then between cores, then with the fewest hops: never a worse one than
"greedy" gives. It takes no more chips than "greedy", and more cores (within :data:`MORE_CORES`) only where that lowers
the messages.

Where Mt-KaHyPar is installed (``pip install "loihi_emu[mapping]"``), what it finds is a candidate too. No partitioner
that pip installs fits alone: METIS, KaHyPar, Mt-KaHyPar, KaMinPar and Scotch as packaged for Python take one weight per
vertex, where a core has nine limits at once, some of which are not sums over neurons. METIS moreover lets parts grow
beyond their limit by some per cent, which full chips do not allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.boards import Board
from loihi_emu.errors import MappingError
from loihi_emu.mapping.model import Assignment, Layout, Problem, assigned
from loihi_emu.mapping.partition import (
    THOROUGH,
    CoreGraph,
    Hypergraph,
    arranged,
    clusters_of,
    core_graph,
    equal_pieces,
    hypergraph_of,
    kahypar,
    on_chips,
    packed,
    packed_by_chip,
    pieces_of_populations,
    place_of,
    refinement,
    size_of_neurons,
    sizes_of_pieces,
    smoothed_place,
)
from loihi_emu.mapping.strategies.first_fit import Run, fill
from loihi_emu.mapping.strategies.greedy import assign_greedily
from loihi_emu.mapping.strategies.sequential import split_cores
from loihi_emu.mapping.strategies.strategy import Proposal
from loihi_emu.mapping.traffic import Rates
from loihi_emu.mapping.usage import CoreUsage, chips_suffice, core_usage, within_limits

Integers = NDArray[np.int64]

CLUSTERED_MOST = 1 << 25
"""Synapses up to which neurons are clustered; larger networks keep the sequential order of their neurons."""
SHARES = (1.0, 0.125)
"""Largest clusters that are tried, as shares of a core."""
SHARES_MOST = 2_000_000
"""Synapses up to which all are tried, beyond it only the first."""
MORE_CORES = 1.1
"""Cores that may be taken, in those of "greedy"; at least one more is allowed."""
FAR = 50.0
"""Cost of a message to another chip, beyond that of 1 to another core, when neurons are moved between chips."""
REFINED, REFINED_MOST = 4, 2_000_000
"""Candidates that are refined, the best first, and synapses beyond which only the best is."""
AGAIN, LESS = 4, 0.98
"""The best is refined again so often at most, as long as less than this part of its messages is left."""
HEAT = 0.5
"""The best is refined by simulated annealing too, which begins with so many messages of an average neuron."""
WORTH = 0.97
"""It is where refining has left no more than this part of the messages: elsewhere there is little to find."""
TIGHTENED = 2
"""How often Mt-KaHyPar is asked for so many cores: again with less to fill them, if one of them needs too much."""
ROUNDS = 4
"""How often neurons of an order are put amid those that they are tied to, before it is cut into equal parts."""
SPARE = 0.02
"""Share of the cores that is left free at least where an order is cut into equal parts."""
SPLITS = 5
"""How often cores are filled or split because of output axons."""
ATTEMPTS, MARGIN = 3, 0.98
"""The refinement estimates synaptic memory: if a core has too much, it is done anew with so much less to use."""


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A way to place a network; the least score is the best: messages between chips, between cores; chips, cores."""

    assignment: Assignment
    usage: CoreUsage
    layout: Layout
    graph: CoreGraph

    @cached_property
    def score(self) -> tuple[float, ...]:
        messages = (self.graph.between_chips(self.layout), self.graph.total)
        return (*(float(f"{x:.9g}") for x in messages), self.layout.chips, self.assignment.count)


def least_traffic(problem: Problem, rates: Rates, boards: tuple[Board, ...] | None) -> Proposal:
    """Place a network such that few messages go between chips, then between cores, then over few tiles.

    Raises
    ------
    MappingError
        As for "greedy".
    """
    assignment, usage = assign_greedily(problem)
    best = _candidate(problem, rates, assignment, usage)
    if best is None:
        return Proposal(assignment, usage)
    for found in _found(problem, rates, best):
        if found.score < best.score and chips_suffice(problem, found.usage, found.layout, boards):
            best = found
    if best.layout.chips > 1:
        found = _Candidate(best.assignment, best.usage, on_chips(best.graph, problem.chip, THOROUGH), best.graph)
        if found.score < best.score and chips_suffice(problem, found.usage, found.layout, boards):
            best = found
    return Proposal(best.assignment, best.usage, arranged(best.graph, best.layout, problem.chip))


def _candidate(problem: Problem, rates: Rates, assignment: Assignment, usage: CoreUsage) -> _Candidate | None:
    """An assignment on chips; None if too many of its cores are connected."""
    graph = core_graph(problem, assignment, rates)
    return None if graph is None else _Candidate(assignment, usage, on_chips(graph, problem.chip), graph)


def most_cores(count: int, capacity: int) -> int:
    """Cores that may be taken where "greedy" takes `count`: some more, but on no more chips of `capacity` cores."""
    return min(max(count + 1, int(count * MORE_CORES)), -(-count // capacity) * capacity)


def _found(problem: Problem, rates: Rates, first: _Candidate) -> Iterator[_Candidate]:
    """Candidates in turn: several starts, and the best of them refined."""
    if problem.synapses > CLUSTERED_MOST or first.graph.total == 0:
        return
    nets = hypergraph_of(problem, rates, int(first.usage.budgets["compartments"].max()))
    starts = [first]
    for start in _starts(problem, rates, nets, first):
        starts.append(start)
        yield start
    starts.sort(key=lambda c: c.score)
    refined: list[_Candidate] = []
    for start in starts[: REFINED if problem.synapses <= REFINED_MOST else 1]:
        if refinement.possible(nets, start.assignment.count):
            refined += _refined(problem, rates, nets, start)
    yield from refined
    if refined and min(c.graph.total for c in refined) < WORTH * min(c.graph.total for c in starts):
        annealed = list(_refined(problem, rates, nets, min(refined, key=lambda c: c.score), heat=HEAT))
        refined += annealed
        yield from annealed
    for _ in range(AGAIN if refined else 0):
        best = min(refined, key=lambda c: c.score)
        refined = list(_refined(problem, rates, nets, best))
        yield from refined
        if not refined or min(c.graph.total for c in refined) > LESS * best.graph.total:
            return


def _starts(problem: Problem, rates: Rates, nets: Hypergraph, first: _Candidate) -> Iterator[_Candidate]:
    """Assignments from clusters of neurons, of several sizes, put together in several ways."""
    most = most_cores(first.assignment.count, problem.chip.usable_cores)
    ties, size = nets.ties(), size_of_neurons(problem, nets, first.usage)
    for share in (0.0, *SHARES) if problem.synapses <= SHARES_MOST else (0.0, SHARES[0]):
        place = place_of(clusters_of(size, ties, share)) if share else None
        if place is not None and share < 1:
            smoothed = smoothed_place(ties, place, problem.limit("compartments"), ROUNDS)
            yield from _in_equal_parts(problem, rates, nets, size, smoothed, most)
        piece = pieces_of_populations(nets, size) if place is None else equal_pieces(size, place)
        sizes = sizes_of_pieces(problem, nets, size, piece, lists=place is None)
        for found in _placed(problem, nets, packed(sizes, ties, piece, most), place, most):
            if found[0].count <= most and _keeps(problem, *found):
                yield from _candidates(problem, rates, *found)
        by_chip = packed_by_chip(sizes, ties, piece, problem.chip.usable_cores)
        if by_chip is not None and len(by_chip[1]) <= most and len(np.unique(by_chip[1])) <= first.layout.chips:
            yield from _on_given_chips(problem, rates, nets, *by_chip)
    if kahypar.installed() and problem.synapses <= SHARES_MOST:
        yield from _by_kahypar(problem, rates, nets, size, first.assignment.count, most)


def _candidates(problem: Problem, rates: Rates, assignment: Assignment, usage: CoreUsage) -> Iterator[_Candidate]:
    """An assignment on chips; none if too many of its cores are connected."""
    candidate = _candidate(problem, rates, assignment, usage)
    if candidate is not None:
        yield candidate


def _in_equal_parts(
    problem: Problem, rates: Rates, nets: Hypergraph, size: NDArray[np.float64], place: Integers, most: int
) -> Iterator[_Candidate]:
    """An order cut into equal parts for the fewest cores that could hold it, or for more if they do not."""
    order = np.argsort(place)
    passed = np.empty(len(size))
    passed[order] = np.cumsum(size[order]) - size[order] / 2
    count = math.ceil(size.sum() * (1 + SPARE))
    while count <= most:
        core = (passed * (count / size.sum())).astype(np.int64)
        assignment = assigned(nets.parts(core), count)
        usage = core_usage(problem, assignment)
        if _keeps(problem, assignment, usage):
            yield from _candidates(problem, rates, assignment, usage)
            return
        count = max(count + 1, int(count * MORE_CORES))


def _by_kahypar(
    problem: Problem, rates: Rates, nets: Hypergraph, size: NDArray[np.float64], count: int, most: int
) -> Iterator[_Candidate]:
    """What Mt-KaHyPar finds for the fewest cores that could do, or for as many as "greedy" takes."""
    fewest = math.ceil(size.sum() * (1 + SPARE))
    for cores in sorted({fewest, max(fewest, count)}):
        share = 1.0
        for _ in range(TIGHTENED if cores <= most else 0):
            core = kahypar.partitioned(nets, size / share, cores)
            if core is None:
                break
            core = np.unique(core, return_inverse=True)[1].reshape(-1)
            assignment = assigned(nets.parts(core), int(core.max()) + 1)
            usage = core_usage(problem, assignment)
            if _keeps(problem, assignment, usage):
                yield from _candidates(problem, rates, assignment, usage)
                return
            names = ("compartments", "axons_in", "axons_out", "synaptic_bits")
            excess = max(int(usage.budgets[name].max()) / problem.limit(name) for name in names)
            share *= MARGIN / max(1.0, excess)


def _on_given_chips(
    problem: Problem, rates: Rates, nets: Hypergraph, cores: Integers, chip: Integers
) -> Iterator[_Candidate]:
    """The assignment of neurons to cores whose chips are known, if it keeps the limits."""
    assignment = assigned(nets.parts(cores), len(chip))
    usage = core_usage(problem, assignment)
    graph = core_graph(problem, assignment, rates) if _keeps(problem, assignment, usage) else None
    if graph is not None:
        number = np.unique(chip, return_inverse=True)[1].reshape(-1)
        first = np.searchsorted(number, number)
        yield _Candidate(
            assignment, usage, Layout(number.astype(np.int32), (np.arange(len(chip)) - first).astype(np.int32)), graph
        )


def _placed(
    problem: Problem, nets: Hypergraph, cores: Integers | None, place: Integers | None, most: int
) -> Iterator[tuple[Assignment, CoreUsage]]:
    """Assignments from cores of neurons, and from an order of them in which cores are filled one after the other."""
    orders = [] if place is None else [place]
    if cores is not None:
        assignment = assigned(nets.parts(cores), int(cores.max()) + 1)
        usage = core_usage(problem, assignment)
        if _keeps(problem, assignment, usage):
            yield assignment, usage
        else:
            orders.append(cores)
    for order in orders:
        with suppress(MappingError):
            found = _filled(problem, _runs_of(nets, order), most)
            if found is not None:
                yield found


def _filled(problem: Problem, runs: list[Run], most: int) -> tuple[Assignment, CoreUsage] | None:
    """Cores filled in order, as if output axons were plenty; where they are not, once more, then cores are split.

    Where runs of a population alternate on a core, its memory is a little other than estimated: then less is filled in.
    """
    fanout = {name: np.zeros(p.size, np.int64) for name, p in problem.populations.items()}
    limit, share = problem.limit("synaptic_bits"), 1.0
    assignment = fill(problem, runs, fanout, most=most)
    known = False
    for _ in range(SPLITS):
        if assignment is None or assignment.count > most:
            return None
        usage = core_usage(problem, assignment)
        bits = int(usage.budgets["synaptic_bits"].max())
        over = np.flatnonzero(usage.budgets["axons_out"] > problem.limit("axons_out"))
        if bits > limit:
            share *= MARGIN * limit / bits
        elif not len(over):
            return assignment, usage
        if known and bits <= limit:
            assignment = split_cores(assignment, over)
            continue
        if len(over):
            fanout, known = usage.fanout, True
        assignment = fill(_with_less_memory(problem, share), runs, fanout, most=most)
    return None


def _with_less_memory(problem: Problem, share: float) -> Problem:
    """The problem on cores with a share of their synaptic memory."""
    other, resource = copy(problem), problem.limits["synaptic_bits"]
    if resource.limit is not None:
        less = replace(resource, limit=int(resource.limit * share))
        vars(other)["limits"] = problem.limits | {"synaptic_bits": less}
    return other


def _refined(
    problem: Problem, rates: Rates, nets: Hypergraph, start: _Candidate, heat: float = 0.0
) -> Iterator[_Candidate]:
    """Move single neurons so that less is sent between chips and cores; a search of some length if there is heat."""
    far, tight, limit = FAR if start.layout.chips > 1 else 0.0, 1.0, problem.limit("synaptic_bits")
    for _ in range(ATTEMPTS):
        chip = start.layout.chip
        found = refinement.refined(problem, nets, start.assignment, start.usage, chip, far, tight, heat)
        if found is None:
            return
        assignment, left = found
        usage = core_usage(problem, assignment)
        if _keeps(problem, assignment, usage):
            graph = core_graph(problem, assignment, rates)
            if graph is None:
                return
            if len(np.unique(chip[left])) == start.layout.chips:
                yield _Candidate(assignment, usage, Layout(chip[left], start.layout.core[left]), graph)
            if far:
                yield _Candidate(assignment, usage, on_chips(graph, problem.chip), graph)
            return
        tight *= min(1.0, limit / max(1, int(usage.budgets["synaptic_bits"].max()))) * MARGIN


def _keeps(problem: Problem, assignment: Assignment, usage: CoreUsage) -> bool:
    """Whether an assignment keeps all limits of cores, and leaves none empty."""
    return within_limits(problem, assignment, usage) and bool(np.all(usage.budgets["compartments"] > 0))


def _runs_of(nets: Hypergraph, place: Integers) -> list[Run]:
    """Runs of neurons by place in an order, in the same place by population."""
    names = list(nets.offsets)
    bases = np.asarray([nets.offsets[name] for name in names])
    neurons = np.argsort(place, kind="stable")
    population = np.searchsorted(bases, neurons, "right") - 1
    change = np.flatnonzero((np.diff(place[neurons]) != 0) | (np.diff(population) != 0)) + 1
    runs = []
    for part in np.split(neurons, change):
        number = int(np.searchsorted(bases, part[0], "right")) - 1
        runs.append(Run(names[number], (part - bases[number]).astype(np.int32)))
    return runs
