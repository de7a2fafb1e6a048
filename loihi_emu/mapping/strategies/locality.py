"""Cores filled by what neurons are connected to, so that nothing depends on how they are numbered.

Where neurons have most synapses with few others ("local" networks), those that share sources belong on one core: it
needs fewer input axons then. In the order of their numbers they may stand side by side or not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.lists import IncomingLists, targets_of
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.strategies.first_fit import Run
from loihi_emu.mapping.strategies.sequential import filled
from loihi_emu.mapping.strategies.strategy import Measured
from loihi_emu.mapping.traffic import rates_of

Rows = tuple[Integers, Index]

LARGEST, PAIRS = 8, 128
"""Populations that are looked at, the largest, and pairs of neurons that are compared."""
LOCAL = 2.0
"""A network is local if neurons that share a source share so many times more others than any two do."""
SHARE = 1 / 32
"""Largest clusters, as a share of a core."""
STARTS = 8
"""Orders of clusters that are tried."""
ROUNDS, WINDOW = 2, 2
"""How often neurons are put amid those that they are tied to, not counting those further away than so many cores; where
an order has gaps, more rounds mix the neurons on both sides of them."""
MOST = 1 << 25
"""Synapses up to which neurons are ordered."""
ENOUGH, EACH = 1 << 20, 8
"""Of more synapses than these, and more for each neuron, some are looked at to find clusters."""


def distance_in_order(problem: Problem) -> float:
    """How far apart neurons that share sources are numbered, the median; looks at some of them.

    0 for a network that is not local: where neurons that share one do not share more than by chance.
    """
    rng = np.random.default_rng(0)
    each = [incoming for incoming in problem.incoming.values() if incoming.sparse and incoming.size]
    each = sorted(each, key=lambda incoming: -incoming.size)[:LARGEST]
    share = np.asarray([incoming.size for incoming in each], float)
    if not each or problem.synapses > MOST:
        return 0.0
    seen = expected = 0.0
    distances = []
    for incoming, pairs in zip(each, rng.multinomial(PAIRS, share / share.sum()), strict=True):
        rows = [targets_of(c) for c in incoming.connections] if pairs else []
        by_chance = [_shared_by_chance(incoming, indptr) for indptr, _ in rows]
        for k, shared, distance in _shared(incoming, rows, int(pairs), rng):
            seen, expected = seen + shared, expected + by_chance[k]
            distances += [distance] * (shared > 0)
    return float(np.median(distances)) if seen > LOCAL * expected else 0.0


def _shared_by_chance(incoming: IncomingLists, indptr: Integers) -> float:
    """Sources of a connection that two neurons share on average."""
    n, lengths = incoming.population.size, np.diff(indptr).astype(float)
    return float((lengths * (lengths - 1)).sum()) / max(1, n * (n - 1))


def _shared(
    incoming: IncomingLists, rows: list[Rows], pairs: int, rng: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Connections, the sources of each that two neurons share beside that by which they were found, and how far apart.

    Each connection by itself: a local one is found beside another by which all neurons share sources.
    """
    for number, neuron, a, b in rng.random((pairs, 4)).tolist():
        k, t = int(number * len(incoming.connections)), int(neuron * incoming.population.size)
        lists = incoming.lists.synapses[incoming.lists.starts[k, t] : incoming.lists.starts[k, t + 1]]
        if len(lists):
            source = lists[int(a * len(lists))]
            indptr, targets = rows[k]
            first, last = indptr[source : source + 2].tolist()
            other = int(targets[first + int(b * (last - first))])
            if other != t:
                here, there = (_sources(incoming, k, neuron) for neuron in (t, other))
                yield k, len(here & there) - 1, abs(other - t)


def _sources(incoming: IncomingLists, k: int, neuron: int) -> set[int]:
    """The sources by whose synapses of a connection a neuron is reached."""
    return set(incoming.lists.synapses[slice(*incoming.lists.starts[k, neuron : neuron + 2])].tolist())


def assign_by_locality(problem: Problem, most: int | None) -> Measured | None:
    """Cores filled with neurons that are connected to the same ones; None if that needs more cores than `most`.

    Neurons are clustered, clusters ordered so that each stands beside those that it is tied to, then neurons put amid
    those that they are tied to; each population fills cores in this order.
    """
    from loihi_emu.mapping.partition import clustered_place, hypergraph_of, smoothed_place  # and scipy.sparse

    full = problem.limit("compartments")
    nets = hypergraph_of(problem, rates_of(problem, None), full)
    ties, every = nets.ties(), 1 + len(nets.nets) // max(ENOUGH, EACH * nets.neurons)
    some = ties if every == 1 else nets.ties(every)
    place = clustered_place(np.full(nets.neurons, 1 / full), some, SHARE, STARTS)
    if place is None:
        return None
    runs = []
    for name, part in problem.by_population(smoothed_place(ties, place, WINDOW * full, ROUNDS)).items():
        # convolutions in order share lists
        order = np.arange(len(part)) if problem.incoming[name].convolved else np.argsort(part)
        runs.append(Run(name, order.astype(np.int32)))
    return filled(problem, runs, problem.zeros(), most=most)
