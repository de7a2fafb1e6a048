# mypy: allow-untyped-defs, allow-incomplete-defs
"""Kernels that move single neurons between cores.

Messages are counted as they are: a spike sends one to each core where a list of it has synapses. For every list and
core it is known how many of the list's targets are there, so that the change of a move is exact, and so are
compartments and axons; synaptic memory is estimated from the lengths of lists.
"""

import numpy as np

from loihi_emu.jit import entry, kernel
from loihi_emu.mapping.partition.annealing_kernels import below, next_random, seeded, unit
from loihi_emu.mapping.partition.cluster_kernels import shuffle

EPSILON = 1e-9
PARTNERS = 6
"""Neurons of a full core that are looked at for an exchange."""
WIDE = 48
"""With at most so many cores, those with other targets of a neuron's sources are looked at too."""
CHOICES = 3
"""Cores that are looked at closely for a neuron."""

# ---- rows of what is used of each core and of their limits
COMPARTMENTS, AXONS_IN, AXONS_OUT, BITS = 0, 1, 2, 3
RESOURCES = 4


@entry
def count_on_cores(starts, nets, core, counts):
    """Count the targets of each list on each core; parallel synapses once."""
    for v in range(core.shape[0]):
        last = -1
        for e in range(starts[v], starts[v + 1]):
            if nets[e] != last:
                counts[nets[e], core[v]] += 1
                last = nets[e]


@entry
def count_use(starts, nets, source, slots, bits, kind, core, counts, use):
    """Sum up what cores are used for, as the refinement counts it."""
    for v in range(core.shape[0]):
        use[COMPARTMENTS, core[v]] += 1
    for j in range(counts.shape[0]):
        for c in range(counts.shape[1]):
            if counts[j, c] > 0:
                use[AXONS_IN, c] += slots[j]
                use[BITS, c] += bits[kind[j], counts[j, c]]
                if source[j] >= 0:
                    use[AXONS_OUT, core[source[j]]] += 1


@kernel
def price(a, b, chip, far):
    """What a message from core a to core b costs."""
    if a == b:
        return 0.0
    return 1.0 if chip[a] == chip[b] else 1.0 + far


@kernel
def change_of(v, to, starts, nets, sent_starts, sent, source, weight, core, counts, total, reach, chip, far):
    """Change of the messages' cost if a neuron goes to another core."""
    away = core[v]
    change = 0.0
    last = -1
    for e in range(starts[v], starts[v + 1]):
        j = nets[e]
        if j == last:
            continue
        last = j
        s = source[j]
        if s < 0 or s == v:
            continue
        if counts[j, away] == 1:
            change -= weight[j] * price(core[s], away, chip, far)
        if counts[j, to] == 0:
            change += weight[j] * price(core[s], to, chip, far)
    for e in range(sent_starts[v], sent_starts[v + 1]):
        j = sent[e]
        loop = 0
        for i in range(starts[v], starts[v + 1]):
            if nets[i] == j:
                loop = 1
                break
        here = counts[j, away] > 0
        there = counts[j, to] > 0
        here_after = counts[j, away] - loop > 0
        there_after = there or loop > 0
        near = np.int64(here_after) - np.int64(there)
        change += weight[j] * near
        if far > 0:
            more = np.int64(there_after) - np.int64(there)
            less = np.int64(here_after) - np.int64(here)
            before = total[j] - reach[j, chip[away]]
            at_home = reach[j, chip[to]] + more
            if chip[away] == chip[to]:
                at_home += less
            change += weight[j] * far * (total[j] + more + less - at_home - before)
    return change


@kernel
def move(v, to, starts, nets, sent_starts, sent, source, slots, bits, kind, core, counts, total, reach, chip, use):
    """Move a neuron to another core, and keep all counts."""
    away = core[v]
    use[COMPARTMENTS, away] -= 1
    use[COMPARTMENTS, to] += 1
    for e in range(sent_starts[v], sent_starts[v + 1]):
        use[AXONS_OUT, away] -= total[sent[e]]
        use[AXONS_OUT, to] += total[sent[e]]
    core[v] = to
    last = -1
    for e in range(starts[v], starts[v + 1]):
        j = nets[e]
        if j == last:
            continue
        last = j
        n, m = counts[j, away], counts[j, to]
        use[BITS, away] += bits[kind[j], n - 1] - bits[kind[j], n]
        use[BITS, to] += bits[kind[j], m + 1] - bits[kind[j], m]
        counts[j, away] -= 1
        counts[j, to] += 1
        if n == 1:
            use[AXONS_IN, away] -= slots[j]
            total[j] -= 1
            reach[j, chip[away]] -= 1
        if m == 0:
            use[AXONS_IN, to] += slots[j]
            total[j] += 1
            reach[j, chip[to]] += 1
        if source[j] >= 0:
            use[AXONS_OUT, core[source[j]]] += np.int64(m == 0) - np.int64(n == 1)


@kernel
def fits(use, limits, a, b, before):
    """Whether no core has come to need more than its limit (or more than before where it did so already)."""
    for r in range(RESOURCES):
        if use[r, a] > max(limits[r], before[r, 0]) or use[r, b] > max(limits[r], before[r, 1]):
            return False
    return True


@kernel
def sources_fit(v, starts, nets, source, core, use, limit, already):
    """Whether the cores of a neuron's sources have output axons enough."""
    for e in range(starts[v], starts[v + 1]):
        s = source[nets[e]]
        if s >= 0 and use[AXONS_OUT, core[s]] > max(limit, already[core[s]]):
            return False
    return True


@kernel
def pulls(v, starts, nets, sent_starts, sent, source, weight, core, counts, total, chip, far, pull):
    """Find out which cores have sources or targets of a neuron, or other targets of its sources; False if none."""
    away, cores = core[v], counts.shape[1]
    pull[:] = 0
    some = False
    for e in range(starts[v], starts[v + 1]):
        j = nets[e]
        s, w = source[j], weight[j]
        if s < 0 or w == 0:
            continue
        if cores <= WIDE and s != v:
            for c in range(cores):
                pull[c] += w * (counts[j, c] > 0)
            if counts[j, core[s]] == 0:
                pull[core[s]] += w
            some = True
        elif core[s] != away:
            pull[core[s]] += w * (1 + far * (chip[core[s]] != chip[away]))
            some = True
    for e in range(sent_starts[v], sent_starts[v + 1]):
        j = sent[e]
        if total[j] > 1 or counts[j, away] == 0:
            for c in range(cores):
                if counts[j, c] > 0 and c != away:
                    pull[c] += weight[j] * (1 + far * (chip[c] != chip[away]))
                    some = True
    pull[away] = 0
    return some


@entry
def refine(
    starts, nets, sent_starts, sent, source, weight, slots, bits, kind, group, core, counts, chip, far,
    use, limits, passes, enough, heat, seed, stop,
):  # fmt: skip
    """Move and exchange neurons between cores while that lowers the cost of messages.

    Parameters
    ----------
    starts, nets : int64, int32 arrays
        Lists of which each neuron is a target.
    sent_starts, sent : int64, int32 arrays
        Lists of which each neuron is the source.
    source, weight, slots, kind : arrays
        Of each list: source neuron (-1: an input), spikes per step, input axon slots, row of `bits`.
    bits : int64 array (kinds, targets + 2)
        Estimated memory of a list by its targets on a core.
    group : int32 array
        Of each neuron: neurons go only to cores that have one of their group, so that no core gets new profiles.
    core : int32 array
        Of each neuron; changed.
    counts : int16 array (lists, cores)
        Targets of each list on each core; changed.
    chip : int32 array
        Of each core.
    far : float
        Cost of a message to another chip, beyond the 1 of every message to another core.
    use : int64 array (RESOURCES, cores)
        Changed.
    limits : int64 array (RESOURCES)
    passes : int
    heat : float
        Moves that cost about so much more are taken too in the first pass, ever less so in later ones, and none in the
        last quarter: a search by simulated annealing. 0 takes none.
    enough : float
        A pass that saves no larger share of the first one's is the last.
    seed : int
    stop : uint8 array of one
        Ends it when it becomes 1.

    Returns
    -------
    float
        Cost saved.
    """
    n, cores, chips = core.shape[0], counts.shape[1], chip.max() + 1
    lists = counts.shape[0]
    total, reach = np.zeros(lists, np.int32), np.zeros((lists, chips if far > 0 else 1), np.int16)
    local = chip if far > 0 else np.zeros_like(chip)
    for j in range(lists):
        for c in range(cores):
            if counts[j, c] > 0:
                total[j] += 1
                reach[j, local[c]] += 1
    members, where = np.zeros((cores, limits[COMPARTMENTS] + 2), np.int32), np.zeros(n, np.int32)
    held = np.zeros(cores, np.int64)
    present = np.zeros((cores, group.max() + 1), np.int32)
    for v in range(n):
        members[core[v], held[core[v]]] = v
        where[v] = held[core[v]]
        held[core[v]] += 1
        present[core[v], group[v]] += 1
    waiting = np.full((cores, cores), -1, np.int32)
    pull = np.zeros(cores)
    before = np.zeros((RESOURCES, 2), np.int64)
    already = np.maximum(use[AXONS_OUT], limits[AXONS_OUT])
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
            if not pulls(
                v, starts, nets, sent_starts, sent, source, weight, core, counts, total, local, far, pull
            ):  # fmt: skip
                continue
            best, allowed = -1, -EPSILON
            if temperature > 0:
                state = next_random(state)
                allowed = -temperature * np.log(1.0 - unit(state))
            best_change = allowed
            for _ in range(CHOICES):
                to = -1
                for c in range(cores):
                    if pull[c] > 0 and (to < 0 or pull[c] > pull[to]):
                        to = c
                if to < 0:
                    break
                pull[to] = 0
                if present[to, group[v]] == 0:
                    continue
                change = change_of(
                    v, to, starts, nets, sent_starts, sent, source, weight, core, counts, total, reach, local, far
                )  # fmt: skip
                if change < best_change:
                    best, best_change = to, change
            if best < 0:
                continue
            to = best
            for r in range(RESOURCES):
                before[r, 0], before[r, 1] = use[r, away], use[r, to]
            move(
                v, to, starts, nets, sent_starts, sent, source, slots, bits, kind, core, counts, total, reach,
                local, use,
            )  # fmt: skip
            if fits(use, limits, away, to, before) and sources_fit(
                v, starts, nets, source, core, use, limits[AXONS_OUT], already
            ):
                gained -= best_change
                last = members[away, held[away] - 1]
                members[away, where[v]] = last
                where[last] = where[v]
                held[away] -= 1
                members[to, held[to]] = v
                where[v] = held[to]
                held[to] += 1
                present[away, group[v]] -= 1
                present[to, group[v]] += 1
                continue
            # no room: exchange with a neuron that waits to go the other way, or with another
            done = False
            for attempt in range(PARTNERS + 1):
                u = waiting[to, away]
                if attempt:
                    state = next_random(state)
                    u = members[to, below(state, held[to])]
                if u < 0 or core[u] != to or u == v or present[away, group[u]] == 0:
                    continue
                change = change_of(
                    u, away, starts, nets, sent_starts, sent, source, weight, core, counts, total, reach, local, far
                )  # fmt: skip
                if best_change + change >= allowed:
                    continue
                move(
                    u, away, starts, nets, sent_starts, sent, source, slots, bits, kind, core, counts, total, reach,
                    local, use,
                )  # fmt: skip
                if (
                    fits(use, limits, away, to, before)
                    and sources_fit(v, starts, nets, source, core, use, limits[AXONS_OUT], already)
                    and sources_fit(u, starts, nets, source, core, use, limits[AXONS_OUT], already)
                ):
                    gained -= best_change + change
                    members[away, where[v]], members[to, where[u]] = u, v
                    where[v], where[u] = where[u], where[v]
                    present[away, group[v]] -= 1
                    present[to, group[v]] += 1
                    present[to, group[u]] -= 1
                    present[away, group[u]] += 1
                    done = True
                    break
                move(
                    u, to, starts, nets, sent_starts, sent, source, slots, bits, kind, core, counts, total, reach,
                    local, use,
                )  # fmt: skip
            if not done:
                move(
                    v, away, starts, nets, sent_starts, sent, source, slots, bits, kind, core, counts, total, reach,
                    local, use,
                )  # fmt: skip
                waiting[away, to] = v
        saved += gained
        if first == 0 and temperature == 0:
            first = gained
        if temperature == 0 and (gained <= enough * first or gained <= EPSILON):
            break
    return saved
