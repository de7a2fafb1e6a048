# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that place cores: on chips of so many cores each, and on a chip's mesh of tiles.

Pieces of populations go to cores in the same way as cores to chips; "cores" and "chips" stand for both.

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
def weight_between(indptr, indices, weights, v, u):
    """Weight of the edge between two cores, 0 without one; neighbours are ascending."""
    low, high = indptr[v], indptr[v + 1]
    while low < high:
        middle = (low + high) // 2
        if indices[middle] < u:
            low = middle + 1
        else:
            high = middle
    return weights[low] if low < indptr[v + 1] and indices[low] == u else 0.0


@kernel
def shift(indptr, indices, weights, part, ties, v, to):
    """Put a core on another chip."""
    away = part[v]
    for e in range(indptr[v], indptr[v + 1]):
        ties[indices[e], away] -= weights[e]
        ties[indices[e], to] += weights[e]
    part[v] = to


@kernel
def put(members, where, counts, part, v, to):
    """Take a core from the list of its chip's and put it into another's; before `part` changes."""
    away = part[v]
    last = members[away, counts[away] - 1]
    members[away, where[v]] = last
    where[last] = where[v]
    counts[away] -= 1
    members[to, counts[to]] = v
    where[v] = counts[to]
    counts[to] += 1


@kernel
def swap(members, where, part, v, u):
    """Exchange two cores in the lists of their chips; before `part` changes."""
    members[part[v], where[v]], members[part[u], where[u]] = u, v
    where[v], where[u] = where[u], where[v]


@kernel
def exchangeable(v, u, away, to, sizes, load, capacity):
    """Whether two cores on different chips can take each other's place."""
    for r in range(sizes.shape[1]):
        more = sizes[v, r] - sizes[u, r]
        if load[to, r] + more > capacity or load[away, r] - more > capacity:
            return False
    return True


@kernel
def has_room(v, to, sizes, load, capacity):
    """Whether a chip has room for one more core."""
    fits = True
    for r in range(sizes.shape[1]):
        fits = fits and load[to, r] + sizes[v, r] <= capacity
    return fits


@kernel
def carry(v, away, to, sizes, load):
    """Move the sizes of a core from one chip to another."""
    for r in range(sizes.shape[1]):
        load[away, r] -= sizes[v, r]
        load[to, r] += sizes[v, r]


@kernel
def descend(indptr, indices, weights, sizes, capacity, part, ties, load, counts, members, where, most):
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
                if has_room(v, to, sizes, load, capacity):
                    if cost < best:
                        best, best_to, best_u = cost, to, -1
                    continue
                for k in range(counts[to]):
                    u = members[to, k]
                    if cost + ties[u, to] - ties[u, away] >= best:
                        continue
                    if not exchangeable(v, u, away, to, sizes, load, capacity):
                        continue
                    both = cost + ties[u, to] - ties[u, away] + 2 * weight_between(indptr, indices, weights, v, u)
                    if both < best:
                        best, best_to, best_u = both, to, u
            if best_to >= 0:
                changed = True
                if best_u >= 0:
                    swap(members, where, part, v, best_u)
                    carry(best_u, best_to, away, sizes, load)
                    shift(indptr, indices, weights, part, ties, best_u, away)
                else:
                    put(members, where, counts, part, v, best_to)
                carry(v, away, best_to, sizes, load)
                shift(indptr, indices, weights, part, ties, v, best_to)
        if not changed:
            return


@kernel
def gather(indptr, indices, weights, sizes, part, ties, load, counts, members, where):
    """Set up what is kept of chips: cores and their sizes, and how much each core is tied to each chip."""
    load[:] = 0
    counts[:] = 0
    ties[:] = 0
    for v in range(part.shape[0]):
        load[part[v]] += sizes[v]  # all of its sizes
        members[part[v], counts[part[v]]] = v
        where[v] = counts[part[v]]
        counts[part[v]] += 1
        for e in range(indptr[v], indptr[v + 1]):
            ties[v, part[indices[e]]] += weights[e]


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
    n = part.shape[0]
    ties, load, counts = np.zeros((n, chips)), np.zeros((chips, sizes.shape[1])), np.zeros(chips, np.int64)
    members, where = np.zeros((chips, most), np.int32), np.zeros(n, np.int32)
    gather(indptr, indices, weights, sizes, part, ties, load, counts, members, where)
    state = seeded(seed)
    temperature = hot
    factor = (cold / hot) ** (1.0 / max(1, proposals))
    cost = cut(indptr, indices, weights, part)
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
        to = part[indices[indptr[v] + below(state, degree)]]
        away = part[v]
        if to == away:
            continue
        change = ties[v, away] - ties[v, to]
        u = -1
        if not has_room(v, to, sizes, load, capacity):
            least = np.inf
            for _ in range(TRIES):
                state = next_random(state)
                w = members[to, below(state, counts[to])]
                if ties[w, to] - ties[w, away] < least and exchangeable(v, w, away, to, sizes, load, capacity):
                    least = ties[w, to] - ties[w, away]
                    u = w
            if u < 0:
                continue
            change += least + 2 * weight_between(indptr, indices, weights, v, u)
        if change > 0:
            state = next_random(state)
            if unit(state) >= np.exp(-change / temperature):
                continue
            if cost < best:
                best_part[:] = part
                best = cost
        if u >= 0:
            swap(members, where, part, v, u)
            carry(u, to, away, sizes, load)
            shift(indptr, indices, weights, part, ties, u, away)
        else:
            put(members, where, counts, part, v, to)
        carry(v, away, to, sizes, load)
        shift(indptr, indices, weights, part, ties, v, to)
        cost += change
    if best < cost:
        part[:] = best_part
    gather(indptr, indices, weights, sizes, part, ties, load, counts, members, where)
    descend(indptr, indices, weights, sizes, capacity, part, ties, load, counts, members, where, rounds)
    return cut(indptr, indices, weights, part)


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
