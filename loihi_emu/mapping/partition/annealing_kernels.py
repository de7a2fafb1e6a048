# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that place cores: on chips of so many cores each, and on a chip's mesh of tiles.

Pieces of populations go to cores in the same way as cores to chips; "cores" and "chips" stand for both.

Both are searches by simulated annealing: proposals that cost more are taken with a probability that falls as the
search cools. Random numbers come from a xorshift generator with a fixed start, so that results never differ.
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.partition.tables import Chips, Graph

TRIES = 6
"""Cores of a full chip that are looked at for an exchange."""
EPSILON = 1e-9
"""Costs that differ by less are taken for equal."""


@kernel
def next_random(state):
    """The next state of a xorshift generator of 64 bits (Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    return state ^ (state << np.uint64(17))


@kernel
def seeded(seed):
    """The first state for a seed."""
    state = np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(seed)
    for _ in range(16):
        state = next_random(state)
    return state


@kernel
def below(state, n):
    """A whole number in 0..n - 1 from a state."""
    return np.int64((state >> np.uint64(11)) % np.uint64(n))


@kernel
def unit(state):
    """A number in 0 <= x < 1 from a state."""
    return np.float64(state >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@entry
def grow(indptr, indices, weights, first, capacity, part):
    """Fill chips one after the other with the core that sends to and receives from those there the most.

    `part` is filled; chips begin with the core `first` or, later, the lowest that is free. Returns the chips used.
    """
    n = part.shape[0]
    pull = np.zeros(n)
    part[:] = -1
    chip, size, placed, lowest = 0, 0, 0, 0
    v = first
    while True:
        part[v] = chip
        placed += 1
        size += 1
        if placed == n:
            return chip + 1
        for e in range(indptr[v], indptr[v + 1]):
            pull[indices[e]] += weights[e]
        if size == capacity:
            pull[:] = 0
            chip += 1
            size = 0
        while part[lowest] >= 0:
            lowest += 1
        v = lowest
        for u in range(lowest, n):
            if part[u] < 0 and pull[u] > pull[v]:
                v = u


@kernel
def accepted(change, temperature, state):
    """Whether a proposal is taken that changes the cost so, and the next state of the random numbers."""
    if change <= 0:
        return True, state
    state = next_random(state)
    return unit(state) < np.exp(-change / temperature), state


@kernel
def join(members, where, held, v, to):
    """Put a core into the list of a chip's."""
    members[to, held[to]] = v
    where[v] = held[to]
    held[to] += 1


@kernel
def leave(members, where, held, v, away):
    """Take a core from the list of its chip's; the last takes its place."""
    held[away] -= 1
    last = members[away, held[away]]
    members[away, where[v]] = last
    where[last] = where[v]


@kernel
def swap(members, where, v, away, u, to):
    """Exchange two cores in the lists of their chips."""
    members[away, where[v]], members[to, where[u]] = u, v
    where[v], where[u] = where[u], where[v]


@kernel
def weight_between(g, v, u):
    """Weight of the edge between two cores, 0 without one; neighbours are ascending."""
    low, high = g.indptr[v], g.indptr[v + 1]
    while low < high:
        middle = (low + high) // 2
        if g.indices[middle] < u:
            low = middle + 1
        else:
            high = middle
    return g.weights[low] if low < g.indptr[v + 1] and g.indices[low] == u else 0.0


@kernel
def exchangeable(v, u, away, to, s):
    """Whether two cores on different chips can take each other's place."""
    for r in range(s.sizes.shape[1]):
        more = s.sizes[v, r] - s.sizes[u, r]
        if s.load[to, r] + more > s.capacity or s.load[away, r] - more > s.capacity:
            return False
    return True


@kernel
def has_room(v, to, s):
    """Whether a chip has room for one more core."""
    fits = True
    for r in range(s.sizes.shape[1]):
        fits = fits and s.load[to, r] + s.sizes[v, r] <= s.capacity
    return fits


@kernel
def carry(v, to, g, s):
    """Move the sizes and the ties of a core to another chip."""
    away = s.part[v]
    for r in range(s.sizes.shape[1]):
        s.load[away, r] -= s.sizes[v, r]
        s.load[to, r] += s.sizes[v, r]
    for e in range(g.indptr[v], g.indptr[v + 1]):
        s.ties[g.indices[e], away] -= g.weights[e]
        s.ties[g.indices[e], to] += g.weights[e]
    s.part[v] = to


@kernel
def move(v, to, u, g, s):
    """Put a core on another chip, and core `u` from there in its place (-1: none)."""
    away = s.part[v]
    if u >= 0:
        swap(s.members, s.where, v, away, u, to)
        carry(u, away, g, s)
    else:
        leave(s.members, s.where, s.held, v, away)
        join(s.members, s.where, s.held, v, to)
    carry(v, to, g, s)


@kernel
def descend(g, s, most):
    """Take the best move or exchange of each core until none saves anything, at most `most` rounds."""
    n, chips = s.ties.shape
    for _ in range(most):
        changed = False
        for v in range(n):
            away, ties = s.part[v], s.ties
            best, best_to, best_u = -EPSILON * (1 + ties[v, away]), -1, -1
            for to in range(chips):
                if to == away:
                    continue
                cost = ties[v, away] - ties[v, to]
                if has_room(v, to, s):
                    if cost < best:
                        best, best_to, best_u = cost, to, -1
                    continue
                for k in range(s.held[to]):
                    u = s.members[to, k]
                    both = cost + ties[u, to] - ties[u, away]
                    if both >= best or not exchangeable(v, u, away, to, s):
                        continue
                    both += 2 * weight_between(g, v, u)
                    if both < best:
                        best, best_to, best_u = both, to, u
            if best_to >= 0:
                changed = True
                move(v, best_to, best_u, g, s)
        if not changed:
            return


@kernel
def gather(g, s):
    """Set up what is kept of chips: cores and their sizes, and how much each core is tied to each chip."""
    s.load[:], s.held[:], s.ties[:] = 0, 0, 0
    for v in range(s.part.shape[0]):
        s.load[s.part[v]] += s.sizes[v]  # all of its sizes
        join(s.members, s.where, s.held, v, s.part[v])
        for e in range(g.indptr[v], g.indptr[v + 1]):
            s.ties[v, s.part[g.indices[e]]] += g.weights[e]


@kernel
def cut(g, part):
    """Weight between chips; every edge is held twice."""
    total = 0.0
    for v in range(part.shape[0]):
        for e in range(g.indptr[v], g.indptr[v + 1]):
            if part[g.indices[e]] != part[v]:
                total += g.weights[e]
    return total / 2


@entry
def anneal(indptr, indices, weights, sizes, chips, capacity, most, part, proposals, hot, cold, seed, rounds, stop):
    """Lower the weight between chips by moving and exchanging cores; returns what is left of it.

    Parameters
    ----------
    indptr, indices, weights : arrays
        Messages between cores, both directions added, as a symmetric matrix without diagonal.
    sizes : float64 array (cores, resources)
        What each core takes of every resource.
    chips : int
    capacity : float
        What a chip holds of every resource.
    most : int
        Cores that fit on a chip by their sizes, at most.
    part : int32 array
        Chip of each core, none beyond its capacity; changed.
    proposals : int
    hot, cold : float
        Temperatures at the start and at the end.
    seed : int
        Start of the random numbers.
    rounds : int
        Rounds of the descent at the end, at most.
    stop : uint8 array of one
        Ends it when it becomes 1.
    """
    n, g = part.shape[0], Graph(indptr, indices, weights)
    s = Chips(
        part, sizes, capacity, np.zeros((chips, sizes.shape[1])), np.zeros((n, chips)),
        np.zeros((chips, most), np.int32), np.zeros(n, np.int32), np.zeros(chips, np.int64),
    )  # fmt: skip
    gather(g, s)
    state = seeded(seed)
    temperature, factor = hot, (cold / hot) ** (1.0 / max(1, proposals))
    cost = cut(g, part)
    best, best_part = cost, part.copy()
    for _ in range(proposals):
        if stop[0]:
            return cost
        temperature *= factor
        state = next_random(state)
        v = below(state, n)
        degree = indptr[v + 1] - indptr[v]
        if degree == 0:
            continue
        state = next_random(state)
        away, to, u = part[v], part[indices[indptr[v] + below(state, degree)]], -1
        if to == away:
            continue
        change = s.ties[v, away] - s.ties[v, to]
        if not has_room(v, to, s):
            least = np.inf
            for _ in range(TRIES):
                state = next_random(state)
                w = s.members[to, below(state, s.held[to])]
                if s.ties[w, to] - s.ties[w, away] < least and exchangeable(v, w, away, to, s):
                    least = s.ties[w, to] - s.ties[w, away]
                    u = w
            if u < 0:
                continue
            change += least + 2 * weight_between(g, v, u)
        taken, state = accepted(change, temperature, state)
        if not taken:
            continue
        if change > 0 and cost < best:
            best_part[:] = part
            best = cost
        move(v, to, u, g, s)
        cost += change
    if best < cost:
        part[:] = best_part
    gather(g, s)
    descend(g, s, rounds)
    return cut(g, part)


@entry
def arrange(between, x, y, place, proposals, hot, cold, seed, stop):
    """Lower the hops of messages within a chip by exchanging the places of cores.

    Parameters
    ----------
    between : float64 array (places, places)
        Messages between cores, both directions added; rows of zeros stand for free places.
    x, y : int32 arrays
        Tile of each place.
    place : int32 array
        Place of each core; changed.
    proposals : int
    hot, cold : float
    seed : int
    stop : uint8 array of one
        Ends it when it becomes 1.
    """
    n = place.shape[0]
    state = seeded(seed)
    temperature, factor = hot, (cold / hot) ** (1.0 / max(1, proposals))
    total, best = 0.0, 0.0
    best_place = place.copy()
    for _ in range(proposals):
        if stop[0]:
            return
        temperature *= factor
        state = next_random(state)
        v = below(state, n)
        state = next_random(state)
        u = below(state, n)
        pv, pu = place[v], place[u]
        if x[pv] == x[pu] and y[pv] == y[pu]:
            continue
        change = 0.0
        for k in range(n):
            if k != v and k != u:
                here = abs(x[place[k]] - x[pv]) + abs(y[place[k]] - y[pv])
                there = abs(x[place[k]] - x[pu]) + abs(y[place[k]] - y[pu])
                change += (between[v, k] - between[u, k]) * (there - here)
        taken, state = accepted(change, temperature, state)
        if not taken:
            continue
        if change > 0 and total < best - EPSILON:
            best = total
            best_place[:] = place
        place[v], place[u] = pu, pv
        total += change
    if best < total:
        place[:] = best_place
