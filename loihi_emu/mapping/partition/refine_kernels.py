# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that move single neurons between cores.

Messages are counted as they are: a spike sends one to each core where a list of it has synapses. For every list and
core it is known how many of the list's targets are there, so that the change of a move is exact, and so are
compartments and axons; synaptic memory is estimated from the lengths of lists.

Arguments: `g` is the Hypergraph of a network, `s` the Cores as they are (``tables.py``), `far`
the cost of a message to another chip beyond the 1 of every message to another core.
"""

import numpy as np

from loihi_emu.jit import disjoint, entry, kernel
from loihi_emu.mapping.partition.annealing_kernels import EPSILON, below, join, leave, next_random, seeded, swap, unit
from loihi_emu.mapping.partition.cluster_kernels import shuffle
from loihi_emu.mapping.partition.tables import Cores

PARTNERS = 4
"""Neurons of a full core that are looked at for an exchange."""

# ---- rows of what is used of each core and of their limits
COMPARTMENTS, AXONS_IN, AXONS_OUT, BITS = 0, 1, 2, 3
RESOURCES = 4


@entry
def count_on_cores(g, core, counts):
    """Count the targets of each list on each core; parallel synapses once."""
    for v in range(core.shape[0]):
        last = -1
        for e in range(g.starts[v], g.starts[v + 1]):
            if g.nets[e] != last:
                counts[g.nets[e], core[v]] += 1
                last = g.nets[e]


@entry
def count_use(g, core, counts, use):
    """Sum up what cores are used for, as the refinement counts it."""
    for v in range(core.shape[0]):
        use[COMPARTMENTS, core[v]] += 1
    for j in range(counts.shape[0]):
        for c in range(counts.shape[1]):
            if counts[j, c] > 0:
                use[AXONS_IN, c] += g.slots[j]
                use[BITS, c] += g.bits[g.kind[j], counts[j, c]]
                if g.source[j] >= 0:
                    use[AXONS_OUT, core[g.source[j]]] += 1


@kernel
def price(a, b, s):
    """What a message from core a to core b costs."""
    return 0.0 if a == b else s.price[s.chip[a], b]


@kernel
def reaches_itself(v, j, g):
    """Whether a neuron is a target of its list j."""
    for e in range(g.starts[v], g.starts[v + 1]):
        if g.nets[e] == j:
            return 1
    return 0


@kernel
def change_of(v, to, g, s, far):
    """Change of the messages' cost if a neuron goes to another core."""
    away, change, last = s.core[v], 0.0, -1
    for e in range(g.starts[v], g.starts[v + 1]):
        j = g.nets[e]
        source = g.source[j]
        if j == last or source < 0 or source == v:
            continue
        last = j
        if s.counts[j, away] == 1:
            change -= g.weight[j] * price(s.core[source], away, s)
        if s.counts[j, to] == 0:
            change += g.weight[j] * price(s.core[source], to, s)
    home, new = s.chip[away], s.chip[to]
    for e in range(g.sent_starts[v], g.sent_starts[v + 1]):
        j = g.sent[e]
        loop = reaches_itself(v, j, g)
        here, here_after = s.counts[j, away] > 0, s.counts[j, away] > loop
        change += g.weight[j] * (np.int64(here_after) - np.int64(s.counts[j, to] > 0))
        if home != new:
            fewer = np.int64(here) - np.int64(here_after)
            change += g.weight[j] * far * (s.reach[j, home] - s.reach[j, new] - fewer)
    return change


@disjoint
def add_absent(change, counts, prices, weight):
    """Add what a list's messages cost to cores that have no target of it."""
    for c in range(change.shape[0]):
        change[c] += weight * prices[c] if counts[c] == 0 else 0.0


@disjoint
def add_sent(change, counts, chip, by_chip, stays, weight):
    """Add what a list's messages cost from each core: `stays`, less where it has a target, and what its chip adds."""
    for c in range(change.shape[0]):
        change[c] += by_chip[chip[c]] + (stays if counts[c] == 0 else stays - weight)


@kernel
def find_changes(v, g, s, far):
    """Fill ``s.change`` with the change of the messages' cost if a neuron went to each core; False if none are sent."""
    core, change, away, last, some, saved = s.core, s.change, s.core[v], -1, False, 0.0
    change[:] = 0.0
    for e in range(g.starts[v], g.starts[v + 1]):
        j = g.nets[e]
        source, w = g.source[j], g.weight[j]
        if j == last or source < 0 or source == v or w == 0:
            continue
        last, some = j, True
        if s.counts[j, away] == 1:
            saved += w * price(core[source], away, s)
        there = change[core[source]]
        add_absent(change, s.counts[j], s.price[s.chip[core[source]]], w)
        change[core[source]] = there
    home = s.chip[away]
    for e in range(g.sent_starts[v], g.sent_starts[v + 1]):
        j = g.sent[e]
        w, loop = g.weight[j], reaches_itself(v, j, g)
        some = some or (w > 0 and s.total[j] > 0)
        here, here_after = s.counts[j, away] > 0, s.counts[j, away] > loop
        fewer = np.int64(here) - np.int64(here_after)
        for k in range(s.by_chip.shape[0]):
            s.by_chip[k] = w * far * (s.reach[j, home] - s.reach[j, k] - fewer) if k != home else 0.0
        add_sent(change, s.counts[j], s.chip, s.by_chip, w * np.int64(here_after), w)
    change -= saved
    return some


@kernel
def move(v, to, g, s):
    """Move a neuron to another core, and keep all counts."""
    core, counts, use = s.core, s.counts, s.use
    away = core[v]
    use[COMPARTMENTS, away] -= 1
    use[COMPARTMENTS, to] += 1
    for e in range(g.sent_starts[v], g.sent_starts[v + 1]):
        use[AXONS_OUT, away] -= s.total[g.sent[e]]
        use[AXONS_OUT, to] += s.total[g.sent[e]]
    core[v] = to
    last = -1
    for e in range(g.starts[v], g.starts[v + 1]):
        j = g.nets[e]
        if j == last:
            continue
        last = j
        n, m = counts[j, away], counts[j, to]
        use[BITS, away] += g.bits[g.kind[j], n - 1] - g.bits[g.kind[j], n]
        use[BITS, to] += g.bits[g.kind[j], m + 1] - g.bits[g.kind[j], m]
        counts[j, away] -= 1
        counts[j, to] += 1
        if n == 1:
            use[AXONS_IN, away] -= g.slots[j]
            s.total[j] -= 1
            s.reach[j, s.chip[away]] -= 1
        if m == 0:
            use[AXONS_IN, to] += g.slots[j]
            s.total[j] += 1
            s.reach[j, s.chip[to]] += 1
        if g.source[j] >= 0:
            use[AXONS_OUT, core[g.source[j]]] += np.int64(m == 0) - np.int64(n == 1)


@kernel
def fits(s, away, to):
    """Whether no core has come to need more than its limit (or more than before where it did so already)."""
    for r in range(RESOURCES):
        if s.use[r, away] > max(s.limits[r], s.use_away[r]) or s.use[r, to] > max(s.limits[r], s.use_to[r]):
            return False
    return True


@kernel
def sources_fit(v, g, s):
    """Whether the cores of a neuron's sources have output axons enough."""
    for e in range(g.starts[v], g.starts[v + 1]):
        source = g.source[g.nets[e]]
        if source >= 0 and s.use[AXONS_OUT, s.core[source]] > max(s.limits[AXONS_OUT], s.already[s.core[source]]):
            return False
    return True


@kernel
def best_core(v, g, s, allowed):
    """The core on which a neuron lowers the cost the most (-1: on none by more than is allowed), and the change."""
    best, change = -1, allowed
    for c in range(s.change.shape[0]):
        if s.change[c] < change and c != s.core[v] and s.present[c, g.group[v]] > 0:
            best, change = c, s.change[c]
    return best, change


@kernel
def enter(v, away, to, g, s):
    """Put a neuron that has moved into the list of its new core."""
    leave(s.members, s.where, s.held, v, away)
    join(s.members, s.where, s.held, v, to)
    s.present[away, g.group[v]] -= 1
    s.present[to, g.group[v]] += 1


@kernel
def exchange(v, away, to, g, s, far, most, state):
    """Look for a neuron to go the other way, now that a neuron has moved to a core that has no room.

    One that waits for that, or another; both together may cost less than `most`. Returns what the other one's move
    costs (infinite: there is none) and the next state of the random numbers.
    """
    for attempt in range(PARTNERS + 1):
        u = s.waiting[to, away]
        if attempt:
            state = next_random(state)
            u = s.members[to, below(state, s.held[to])]
        if u < 0 or s.core[u] != to or u == v or s.present[away, g.group[u]] == 0:
            continue
        change = change_of(u, away, g, s, far)
        if change >= most:
            continue
        move(u, away, g, s)
        if fits(s, away, to) and sources_fit(v, g, s) and sources_fit(u, g, s):
            swap(s.members, s.where, v, away, u, to)
            s.present[away, g.group[v]] -= 1
            s.present[to, g.group[v]] += 1
            s.present[to, g.group[u]] -= 1
            s.present[away, g.group[u]] += 1
            return change, state
        move(u, to, g, s)
    return np.inf, state


@entry
def refine(g, core, counts, chip, far, use, limits, passes, enough, heat, seed, stop):
    """Move and exchange neurons between cores while that lowers the cost of messages.

    Parameters
    ----------
    g : Hypergraph
    core : int32 array
        Of each neuron; changed.
    counts : int16 array (lists, cores)
        Targets of each list on each core; changed.
    chip : int32 array
        Of each core.
    far : float
    use : int64 array (RESOURCES, cores)
        Changed.
    limits : int64 array (RESOURCES)
    passes : int
    enough : float
        A pass that saves no larger share of the first one's is the last.
    heat : float
        Moves that cost about so much more are taken too in the first pass, ever less so in later ones, and none in the
        last quarter: a search by simulated annealing. 0 takes none.
    seed : int
    stop : uint8 array of one
        Ends it when it becomes 1.

    Returns
    -------
    float
        Cost saved.
    """
    n, cores, lists = core.shape[0], counts.shape[1], counts.shape[0]
    local = chip if far > 0 else np.zeros_like(chip)
    prices = np.full((local.max() + 1, cores), 1.0 + far)
    for c in range(cores):
        prices[local[c], c] = 1.0
    s = Cores(
        core, counts, np.zeros(lists, np.int32), np.zeros((lists, chip.max() + 1 if far > 0 else 1), np.int16), local,
        use, limits, np.maximum(use[AXONS_OUT], limits[AXONS_OUT]), np.zeros(RESOURCES, np.int64),
        np.zeros(RESOURCES, np.int64), np.zeros((cores, limits[COMPARTMENTS] + 2), np.int32), np.zeros(n, np.int32),
        np.zeros(cores, np.int64), np.zeros((cores, g.group.max() + 1), np.int32),
        np.full((cores, cores), -1, np.int32), np.zeros(cores), prices, np.zeros(len(prices)),
    )  # fmt: skip
    for j in range(lists):
        for c in range(cores):
            if counts[j, c] > 0:
                s.total[j] += 1
                s.reach[j, local[c]] += 1
    for v in range(n):
        join(s.members, s.where, s.held, v, core[v])
        s.present[core[v], g.group[v]] += 1
    state = seeded(seed)
    saved, first = 0.0, 0.0
    order = np.arange(n)
    for round_ in range(passes):
        gained = 0.0
        cooled = 1 - round_ / (0.75 * passes)
        temperature = heat * cooled * cooled if cooled > 0 else 0.0
        state = shuffle(order, state)
        for step in range(n):
            if stop[0]:
                return saved
            v = order[step]
            away = core[v]
            if not find_changes(v, g, s, far):
                continue
            allowed = -EPSILON
            if temperature > 0:
                state = next_random(state)
                allowed = -temperature * np.log(1.0 - unit(state))
            to, change = best_core(v, g, s, allowed)
            if to < 0:
                continue
            for r in range(RESOURCES):
                s.use_away[r], s.use_to[r] = use[r, away], use[r, to]
            move(v, to, g, s)
            if fits(s, away, to) and sources_fit(v, g, s):
                gained -= change
                enter(v, away, to, g, s)
                continue
            back, state = exchange(v, away, to, g, s, far, allowed - change, state)
            if back < np.inf:
                gained -= change + back
            else:
                move(v, away, g, s)
                s.waiting[away, to] = v
        saved += gained
        if first == 0 and temperature == 0:
            first = gained
        if temperature == 0 and (gained <= enough * first or gained <= EPSILON):
            break
    return saved
