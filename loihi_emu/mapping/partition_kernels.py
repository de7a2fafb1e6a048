"""Kernels that place cores: on chips of so many cores each, and on a chip's mesh of tiles.

Both are searches by simulated annealing: proposals that cost more are taken with a probability that falls as the
search cools. Random numbers come from a xorshift generator with a fixed start, so that results never differ.
"""

import numpy as np

from loihi_emu.jit import entry, kernel

TRIES = 6
"""Cores of a full chip that are looked at for an exchange."""
EPSILON = 1e-9


@kernel
def next_random(state):
    """The next state of a xorshift generator of 64 bits (Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    return state ^ (state << np.uint64(17))


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
def weight_between(indptr, indices, weights, v, u):
    """Weight of the edge between two cores, 0 without one."""
    for e in range(indptr[v], indptr[v + 1]):
        if indices[e] == u:
            return weights[e]
    return 0.0


@kernel
def shift(indptr, indices, weights, part, ties, v, to):
    """Put a core on another chip."""
    away = part[v]
    for e in range(indptr[v], indptr[v + 1]):
        ties[indices[e], away] -= weights[e]
        ties[indices[e], to] += weights[e]
    part[v] = to


@kernel
def put(members, where, sizes, part, v, to):
    """Take a core from the list of its chip's and put it into another's; before `part` changes."""
    away = part[v]
    last = members[away, sizes[away] - 1]
    members[away, where[v]] = last
    where[last] = where[v]
    sizes[away] -= 1
    members[to, sizes[to]] = v
    where[v] = sizes[to]
    sizes[to] += 1


@kernel
def descend(indptr, indices, weights, capacity, part, ties, sizes, members, where, most):
    """Take the best move or exchange of each core until none saves anything, at most `most` rounds."""
    n, chips = ties.shape
    for _ in range(most):
        changed = False
        for v in range(n):
            away = part[v]
            best, best_to, best_u = -EPSILON * (1 + ties[v, away]), -1, -1
            for to in range(chips):
                if to == away:
                    continue
                cost = ties[v, away] - ties[v, to]
                if sizes[to] < capacity:
                    if cost < best:
                        best, best_to, best_u = cost, to, -1
                    continue
                for k in range(sizes[to]):
                    u = members[to, k]
                    if cost + ties[u, to] - ties[u, away] >= best:
                        continue
                    both = cost + ties[u, to] - ties[u, away] + 2 * weight_between(indptr, indices, weights, v, u)
                    if both < best:
                        best, best_to, best_u = both, to, u
            if best_to >= 0:
                changed = True
                if best_u >= 0:
                    # a full chip has no place for one more: exchange the entries
                    members[away, where[v]], members[best_to, where[best_u]] = best_u, v
                    where[v], where[best_u] = where[best_u], where[v]
                    shift(indptr, indices, weights, part, ties, best_u, away)
                else:
                    put(members, where, sizes, part, v, best_to)
                shift(indptr, indices, weights, part, ties, v, best_to)
        if not changed:
            return


@kernel
def cut(indptr, indices, weights, part):
    """Weight between chips; every edge is held twice."""
    total = 0.0
    for v in range(part.shape[0]):
        for e in range(indptr[v], indptr[v + 1]):
            if part[indices[e]] != part[v]:
                total += weights[e]
    return total / 2


@entry
def anneal(indptr, indices, weights, chips, capacity, part, proposals, hot, cold, seed, rounds):
    """Lower the weight between chips by moving and exchanging cores; returns what is left of it.

    Parameters
    ----------
    indptr, indices, weights : arrays
        Messages between cores, both directions added, as a symmetric matrix without diagonal.
    chips, capacity : int
        Number of chips, and cores that each has.
    part : int32 array
        Chip of each core; changed.
    proposals : int
    hot, cold : float
        Temperatures at the start and at the end; at 0 proposals only the descent is done.
    seed : int
        Start of the random numbers.
    rounds : int
        Rounds of the descent at the end, at most.
    """
    n = part.shape[0]
    ties = np.zeros((n, chips))
    sizes = np.zeros(chips, np.int64)
    members = np.zeros((chips, capacity), np.int32)
    where = np.zeros(n, np.int32)
    for v in range(n):
        members[part[v], sizes[part[v]]] = v
        where[v] = sizes[part[v]]
        sizes[part[v]] += 1
        for e in range(indptr[v], indptr[v + 1]):
            ties[v, part[indices[e]]] += weights[e]
    state = np.uint64(0x9E3779B97F4A7C15) ^ (np.uint64(seed + 1) * np.uint64(0xD1B54A32D192ED03))
    for _ in range(8):
        state = next_random(state)
    temperature = hot
    factor = (cold / hot) ** (1.0 / max(1, proposals)) if hot > 0 else 1.0
    cost = cut(indptr, indices, weights, part)
    best, best_part, dirty = cost, part.copy(), False
    for _ in range(proposals):
        temperature *= factor
        state = next_random(state)
        v = below(state, n)
        degree = indptr[v + 1] - indptr[v]
        if degree == 0:
            continue
        state = next_random(state)
        to = part[indices[indptr[v] + below(state, degree)]]
        away = part[v]
        if to == away:
            continue
        change = ties[v, away] - ties[v, to]
        u = -1
        if sizes[to] >= capacity:
            least = np.inf
            for _ in range(TRIES):
                state = next_random(state)
                w = members[to, below(state, sizes[to])]
                if ties[w, to] - ties[w, away] < least:
                    least = ties[w, to] - ties[w, away]
                    u = w
            change += least + 2 * weight_between(indptr, indices, weights, v, u)
        if change > 0:
            state = next_random(state)
            if unit(state) >= np.exp(-change / temperature):
                continue
            if not dirty and cost < best:
                best_part[:] = part
                best = cost
        if u >= 0:
            members[away, where[v]], members[to, where[u]] = u, v
            where[v], where[u] = where[u], where[v]
            shift(indptr, indices, weights, part, ties, u, away)
        else:
            put(members, where, sizes, part, v, to)
        shift(indptr, indices, weights, part, ties, v, to)
        cost += change
    if best < cost:
        part[:] = best_part
        sizes[:] = 0
        ties[:] = 0
        for v in range(n):
            members[part[v], sizes[part[v]]] = v
            where[v] = sizes[part[v]]
            sizes[part[v]] += 1
            for e in range(indptr[v], indptr[v + 1]):
                ties[v, part[indices[e]]] += weights[e]
    descend(indptr, indices, weights, capacity, part, ties, sizes, members, where, rounds)
    return cut(indptr, indices, weights, part)


@entry
def arrange(between, x, y, place, proposals, hot, cold, seed):
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
    """
    n = place.shape[0]
    state = np.uint64(0x9E3779B97F4A7C15) ^ (np.uint64(seed + 1) * np.uint64(0xD1B54A32D192ED03))
    for _ in range(8):
        state = next_random(state)
    temperature, factor = hot, (cold / hot) ** (1.0 / max(1, proposals))
    total, best = 0.0, 0.0
    best_place = place.copy()
    for _ in range(proposals):
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
                here, there = abs(x[place[k]] - x[pv]) + abs(y[place[k]] - y[pv]), 0
                there = abs(x[place[k]] - x[pu]) + abs(y[place[k]] - y[pu])
                change += (between[v, k] - between[u, k]) * (there - here)
        if change > 0:
            state = next_random(state)
            if unit(state) >= np.exp(-change / temperature):
                continue
            if total < best - EPSILON:
                best = total
                best_place[:] = place
        place[v], place[u] = pu, pv
        total += change
    if best < total:
        place[:] = best_place
