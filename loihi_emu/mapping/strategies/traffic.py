"""How strategy "traffic" finds its placements: neurons that send each other many spikes come together.

Three levels: neurons are clustered and put on cores, whose boundaries are then refined neuron by neuron; cores go to
chips; and on a chip, to places in its mesh. Every way to do it is measured, the sequential one among them, and the one
with the fewest messages between chips is taken, then between cores, then with the fewest hops: never a worse one than
"greedy" gives. It takes no more chips than "greedy", and more cores (within :data:`MORE_CORES`) only where that lowers
the messages.

No partitioner that pip installs fits alone: METIS, KaHyPar, Mt-KaHyPar, KaMinPar and Scotch as packaged for Python take
one weight per vertex, where a core has nine limits at once, some of which are not sums over neurons. METIS moreover
lets parts grow beyond their limit by some per cent, which full chips do not allow.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from loihi_emu.chips.boards import Board
from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.model import SCARCE, Assignment, Layout, Problem, assigned, by_chip
from loihi_emu.mapping.partition import (
    THOROUGH,
    CoreGraph,
    arranged,
    clustered_place,
    core_graph,
    hypergraph_of,
    kahypar,
    on_chips,
    packing,
    refinement,
    size_of_neurons,
    smoothed_place,
)
from loihi_emu.mapping.strategies.first_fit import Run
from loihi_emu.mapping.strategies.greedy import assign_greedily
from loihi_emu.mapping.strategies.sequential import filled
from loihi_emu.mapping.strategies.strategy import Measured, Proposal
from loihi_emu.mapping.traffic import Rates
from loihi_emu.mapping.usage import CoreUsage, core_usage, excess_of_chips, within_limits

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
NEAR = 2.0
"""Starts that send more than so many times what the best sends are not refined."""
REFINED = ((4, 3), (2, refinement.PASSES))
"""So many starts, the best first, are refined for so many passes; then fewer of what comes of them for more."""
UNLIKE = 1.01
"""Where large clusters send more than so many times what was found without clusters, small ones are not tried."""
AGAIN, LESS = 5, 0.98
"""The best is refined again so often at most, as long as less than this part of its messages is left."""
HEAT = 0.5
"""The best is refined by simulated annealing too, which begins with so many messages of an average neuron."""
WORTH = 0.98
"""It is where refining has left no more than this part of the messages: elsewhere there is little to find."""
TIGHTENED, TIGHTER = 3, 0.995
"""How often Mt-KaHyPar is asked for so many cores: again with less to fill them if one of them needs too much."""
ROUNDS = 4
"""How often neurons of an order are put amid those that they are tied to, before it is cut into equal parts."""
SPARE = 0.02
"""Share of the cores that is left free at least where an order is cut into equal parts."""
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

    @property
    def messages(self) -> float:
        """Between chips, or between cores where none go to another chip."""
        return self.score[0] or self.score[1]


def least_traffic(problem: Problem, rates: Rates, boards: tuple[Board, ...] | None, ask: bool) -> Proposal:
    """Place a network such that few messages go between chips, then between cores, then over few tiles.

    `ask` tells whether Mt-KaHyPar is asked too where it is installed.

    Raises
    ------
    MappingError
        As for "greedy".
    """
    assignment, usage = assign_greedily(problem)
    graph = core_graph(problem, assignment, rates)
    if graph is None:
        return Proposal(assignment, usage)
    best = _Candidate(assignment, usage, on_chips(graph, problem.chip), graph)
    if problem.synapses <= CLUSTERED_MOST and graph.total > 0:
        for candidate in _Search(problem, rates, best).candidates(ask):
            if candidate.score < best.score and not excess_of_chips(problem, candidate.usage, candidate.layout, boards):
                best = candidate
    if best.layout.chips > 1:
        candidate = replace(best, layout=on_chips(best.graph, problem.chip, THOROUGH))
        if candidate.score < best.score and not excess_of_chips(problem, candidate.usage, candidate.layout, boards):
            best = candidate
    return Proposal(best.assignment, best.usage, arranged(best.graph, best.layout, problem.chip))


def most_cores(count: int, capacity: int) -> int:
    """Cores that may be taken where "greedy" takes `count`: some more, but on no more chips of `capacity` cores."""
    return min(max(count + 1, int(count * MORE_CORES)), -(-count // capacity) * capacity)


class _Search:
    """Ways to place a network, each measured; all of them keep the limits of cores."""

    def __init__(self, problem: Problem, rates: Rates, first: _Candidate) -> None:
        self.problem, self.rates, self.first = problem, rates, first
        self.few = problem.synapses <= SHARES_MOST
        self.most = most_cores(first.assignment.count, problem.chip.usable_cores)
        self.nets = hypergraph_of(problem, rates, int(first.usage.budgets["compartments"].max()))
        self.ties = self.nets.ties()
        self.population = np.repeat(np.arange(len(problem.populations)), [p.size for p in problem.populations.values()])
        self.size = size_of_neurons(problem, self.nets, first.usage)

    def candidates(self, ask: bool) -> Iterator[_Candidate]:
        """Several starts, and the best of them refined; then the same with what Mt-KaHyPar finds."""
        yield from self._improved([self.first, *self._starts()])
        yield from self._improved(list(self._by_kahypar() if ask else ()))

    def _improved(self, starts: list[_Candidate]) -> Iterator[_Candidate]:
        """Starts, the best of them refined for a few passes, and what is found by going on from the best of those."""
        yield from starts
        refined: list[_Candidate] = []
        least = min((c.messages for c in starts), default=0.0)
        near = [c for c in starts if c.messages <= NEAR * least]
        affordable = refinement.passes_of(refinement.WORK / 2, self.nets, self.most)
        for most, passes in REFINED:
            near.sort(key=lambda c: c.score)
            near = [candidate for c in near[: min(most, affordable)] for candidate in self._refined(c, passes)]
            refined += near
        yield from refined
        hot = True
        for _ in range(AGAIN if refined else 0):
            best = min(refined, key=lambda c: c.score)
            refined = [best, *self._refined(best)]
            yield from refined[1:]
            left = min(c.graph.total for c in refined)
            if hot and left < WORTH * min(c.graph.total for c in starts):
                hot = False
                refined += self._refined(min(refined, key=lambda c: c.score), heat=HEAT)
                yield from refined[2:]
            elif left > LESS * best.graph.total:
                return

    # ------------------------------------------------------------ measuring
    def _measured(self, core: Integers, count: int) -> Measured:
        """The assignment of all neurons to so many cores, and what it takes."""
        assignment = assigned(self.problem.by_population(core), count)
        return assignment, core_usage(self.problem, assignment)

    def _candidate(self, assignment: Assignment, usage: CoreUsage, layout: Layout | None = None) -> list[_Candidate]:
        """An assignment on given chips, or on such as are found.

        None, an empty list, if it breaks a limit of cores, leaves one of them empty, or connects too many of them.
        """
        if not within_limits(self.problem, assignment, usage) or np.any(usage.budgets["compartments"] == 0):
            return []
        graph = core_graph(self.problem, assignment, self.rates)
        if graph is None:
            return []
        return [_Candidate(assignment, usage, layout or on_chips(graph, self.problem.chip), graph)]

    # ------------------------------------------------------------ starts
    def _starts(self) -> Iterator[_Candidate]:
        """Assignments from clusters of neurons, of several sizes, put together in several ways."""
        best = self.first.messages
        for share in (0.0, *SHARES) if self.few else (0.0, SHARES[0]):
            candidates = list(self._from_clusters(share))
            yield from candidates
            least = min((c.messages for c in candidates), default=best)
            if share == SHARES[0] and least > UNLIKE * best:
                return
            best = min(best, least)

    def _from_clusters(self, share: float) -> Iterator[_Candidate]:
        """Assignments from clusters of so large a share of a core; from populations if it is 0."""
        problem, size, ties, cores = self.problem, self.size, self.ties, self.problem.chip.usable_cores
        place = clustered_place(size, ties, share) if share else None
        if place is not None and share < 1:
            yield from self._in_equal_parts(smoothed_place(ties, place, problem.limit("compartments"), ROUNDS))
        piece = packing.pieces_of_populations(problem, size) if place is None else packing.equal_pieces(size, place)
        sizes = packing.sizes_of_pieces(problem, self.nets, size, piece, lists=place is None)
        yield from self._placed(packing.packed(sizes, ties, piece, self.most), place)
        packed = packing.packed_by_chip(sizes, ties, piece, cores)
        if packed is not None:
            core, chip = packed
            if len(chip) <= self.most and len(np.unique(chip)) <= self.first.layout.chips:
                number = np.unique(chip, return_inverse=True)[1].reshape(-1).astype(np.int32)
                yield from self._candidate(*self._measured(core, len(chip)), by_chip(number))

    def _in_equal_parts(self, place: Integers) -> Iterator[_Candidate]:
        """An order cut into equal parts for the fewest cores that could hold it, or for more if they do not."""
        order, total = np.argsort(place), self.size.sum()
        passed = np.empty(len(self.size))
        passed[order] = np.cumsum(self.size[order]) - self.size[order] / 2
        count = math.ceil(total * (1 + SPARE))
        while count <= self.most:
            candidates = self._candidate(*self._measured((passed * (count / total)).astype(np.int64), count))
            yield from candidates
            if candidates:
                return
            count = max(count + 1, int(count * MORE_CORES))

    def _by_kahypar(self) -> Iterator[_Candidate]:
        """What Mt-KaHyPar finds for the fewest cores that could do, or for as many as "greedy" takes."""
        if not self.few or not kahypar.installed():
            return
        fewest, end = math.ceil(self.size.sum() * (1 + SPARE)), time.monotonic() + kahypar.LONGEST
        for cores in sorted({fewest, max(fewest, self.first.assignment.count)}):
            share = 1.0
            for _ in range(TIGHTENED if cores <= self.most else 0):
                core = kahypar.partitioned(self.nets, self.size / share, cores, end - time.monotonic())
                if core is None and time.monotonic() > end:
                    return
                if core is None:
                    break
                used, core = np.unique(core, return_inverse=True)
                assignment, usage = self._measured(core.reshape(-1), len(used))
                candidates = self._candidate(assignment, usage)
                yield from candidates
                if candidates:
                    return
                excess = max(int(usage.budgets[name].max()) / self.problem.limit(name) for name in SCARCE)
                share *= TIGHTER / max(1.0, excess)

    def _placed(self, cores: Integers | None, place: Integers | None) -> Iterator[_Candidate]:
        """Assignments from cores of neurons, and from orders of them in which cores are filled one after the other.

        From their ends too: where layers do not quite fit on a core each, what is left of them goes with the layer
        before or with the one behind.
        """
        orders = [-self.population] if place is None else [place, -place]
        if cores is not None:
            candidates = self._candidate(*self._measured(cores, int(cores.max()) + 1))
            yield from candidates
            orders += [] if candidates else [cores]
        for order in orders:
            measured = filled(self.problem, self._runs_of(order), self.problem.zeros(), most=self.most)
            if measured is not None:
                yield from self._candidate(*measured)

    def _runs_of(self, place: Integers) -> list[Run]:
        """Runs of neurons by place in an order, in the same place by population."""
        names, population, neurons = list(self.problem.populations), self.population, np.argsort(place, kind="stable")
        number = self.problem.flat(self.problem.every_neuron())
        change = np.flatnonzero((np.diff(place[neurons]) != 0) | (np.diff(population[neurons]) != 0)) + 1
        numbers = population[neurons[np.append(0, change)]].tolist()
        parts = np.split(neurons, change)
        return [Run(names[k], number[part]) for k, part in zip(numbers, parts, strict=True)]

    # ------------------------------------------------------------ refinement
    def _refined(self, start: _Candidate, passes: int = refinement.PASSES, heat: float = 0.0) -> Iterator[_Candidate]:
        """Single neurons moved so that less is sent between chips and cores; a longer search if there is heat."""
        if not refinement.possible(self.nets, start.assignment.count):
            return
        far, tight, limit = FAR if start.layout.chips > 1 else 0.0, 1.0, self.problem.limit("synaptic_bits")
        chip = start.layout.chip
        for _ in range(ATTEMPTS):
            state = (start.assignment, start.usage, chip)
            moved = refinement.refined(self.problem, self.nets, *state, far, tight, passes, heat)
            if moved is None:
                return
            assignment, left = moved
            usage = core_usage(self.problem, assignment)
            same = len(np.unique(chip[left])) == start.layout.chips
            layout = Layout(chip[left], start.layout.core[left]) if same else None
            candidates = self._candidate(assignment, usage, layout)
            yield from candidates
            if candidates:
                return
            tight *= min(1.0, limit / max(1, int(usage.budgets["synaptic_bits"].max()))) * MARGIN
