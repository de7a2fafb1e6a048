# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that put neurons together: clusters by label propagation, and their order."""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.partition.annealing_kernels import EPSILON, below, next_random, seeded

LOOKED_AT = 32
"""Of how many places a median is taken, at least."""


@kernel
def shuffle(order, state):
    """Bring a list into random order; returns the next state."""
    for k in range(order.shape[0] - 1, 0, -1):
        state = next_random(state)
        other = below(state, k + 1)
        order[k], order[other] = order[other], order[k]
    return state


@entry
def propagate(indptr, indices, weights, sizes, limit, labels, passes, seed, stop):
    """Let vertices take the label that most of what they are tied to has, while clusters keep a limit of size.

    `labels` is changed; returns the number of changes in the last pass. Ends when `stop` (uint8 array of one) is 1.
    """
    n = labels.shape[0]
    total = np.zeros(n)
    for v in range(n):
        total[labels[v]] += sizes[v]
    tally = np.zeros(n)
    order = np.arange(n)
    state = seeded(seed)
    changes = 0
    for _ in range(passes):
        state = shuffle(order, state)
        changes = 0
        for k in range(n):
            if stop[0]:
                return changes
            v = order[k]
            here = labels[v]
            for e in range(indptr[v], indptr[v + 1]):
                if indices[e] != v:
                    tally[labels[indices[e]]] += weights[e]
            best, most = here, tally[here]
            for e in range(indptr[v], indptr[v + 1]):
                label = labels[indices[e]]
                if tally[label] > most * (1 + EPSILON) and total[label] + sizes[v] <= limit:
                    best, most = label, tally[label]
            for e in range(indptr[v], indptr[v + 1]):
                tally[labels[indices[e]]] = 0.0
            if best != here:
                total[here] -= sizes[v]
                total[best] += sizes[v]
                labels[v] = best
                changes += 1
        if changes * 100 < n:
            break
    return changes


@entry
def order_clusters(indptr, indices, weights, sizes, fade, first, order):
    """Put clusters into an order in which each is tied to those shortly before it; fills cores of size 1.

    `order` is filled with clusters, `first` at its beginning.
    """
    n = order.shape[0]
    pull, done = np.zeros(n), np.zeros(n, np.bool_)
    room, lowest, v = 0.0, 0, -1
    for k in range(n):
        if v >= 0:
            best = -1
            for u in range(lowest, n):
                if not done[u] and pull[u] > 0 and sizes[u] <= room + EPSILON and (best < 0 or pull[u] > pull[best]):
                    best = u
            if best < 0:
                for u in range(lowest, n):
                    pull[u] *= fade
                    if not done[u] and (best < 0 or pull[u] > pull[best]):
                        best = u
                room = 1.0
            v = best
        else:
            room = 1.0
            v = first
        done[v] = True
        room -= sizes[v]
        order[k] = v
        while lowest < n and done[lowest]:
            lowest += 1
        for e in range(indptr[v], indptr[v + 1]):
            pull[indices[e]] += weights[e]


@kernel
def step_on_ring(place, other, around):
    """How far a place is from another on a ring so long: the shorter way."""
    step = other - place
    return step - around if step > around / 2 else step + around if step < -around / 2 else step


@entry
def smooth(indptr, indices, weights, place, window, smoothed):
    """Put each vertex amid those that it is tied to: at the mean place of those within `window` of their median.

    The order counts as a ring: what is tied at its ends may be one place of the network that was cut. Of many that a
    vertex is tied to the median is that of some.
    """
    steps = np.zeros(2 * LOOKED_AT)
    around = float(place.shape[0])
    for v in range(place.shape[0]):
        n = indptr[v + 1] - indptr[v]
        smoothed[v] = place[v]
        if n == 0:
            continue
        every = max(1, n // LOOKED_AT)
        some = (n + every - 1) // every
        for k in range(some):
            steps[k] = step_on_ring(place[v], place[indices[indptr[v] + k * every]], around)
        middle = np.sort(steps[:some])[some // 2]  # one of them: the mean of two may be amid nobody
        total, weight = 0.0, 0.0
        for e in range(indptr[v], indptr[v + 1]):
            step = step_on_ring(middle, step_on_ring(place[v], place[indices[e]], around), around)
            if abs(step) <= window:
                total += weights[e] * step
                weight += weights[e]
        smoothed[v] = (place[v] + middle + total / weight) % around
