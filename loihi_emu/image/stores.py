"""Which way synapses with delays are kept: in a ring of a slot for every delay, or by delays, delivered when due.

Both give the same bits. A ring that leaves the cache costs a trip to memory for every event; where synapses are
delivered when due, all events of a step go into one slot, and what is read is read in rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from loihi_emu.image.groups import Group
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.network.synapse_order import held_of

RING_BYTES = 1 << 20
"""Rings up to this size stay in a cache beside what else a step needs."""
FEWEST_SLOTS = 4
"""A shorter ring is hardly larger than a slot."""
LEAST_SYNAPSES, GAIN = 2.0, 16 << 20
"""To look up what is due costs about as much as ten events: so many synapses of a neuron have one delay at least, and
the more, the smaller the ring (their product with its bytes)."""
_SAMPLE = 1 << 16
RING, DUE = "ring", "due"

_chosen: list[str] = []


@contextmanager
def chosen(store: str) -> Iterator[None]:
    """Keep all synapses in one way, whatever it costs: for tests, which compare both."""
    _chosen.append(store)
    try:
        yield
    finally:
        _chosen.pop()


def waits(network: Network, groups: Sequence[Group], shares: int = 1) -> bool:
    """Whether sparse synapses of a network are delivered when due; each of `shares` has a cache of its own."""
    if network.rule_set.floats:
        return False
    if _chosen:
        return _chosen[-1] == DUE
    home = {p.name: group.key for group in groups for p in group.populations}
    spans = dict.fromkeys([group.key for group in groups], 0)
    for c in network.connections.values():
        spans[home[c.post.target.name]] = max(spans[home[c.post.target.name]], c.longest_delay + 1)
    size = sum(4 * spans[group.key] * group.width for group in groups) // shares
    if size <= RING_BYTES or max(spans.values()) < FEWEST_SLOTS:
        return False
    rows: dict[tuple[str, str], _Rows] = {}
    for c in network.connections.values():
        if c.kind == "sparse" and c.learning is None:
            name = c.pre.target.name
            rows.setdefault((home.get(name, name), home[c.post.target.name]), _Rows()).add(c)
    together = sum(r.synapses for r in rows.values()) / max(sum(r.headers for r in rows.values()), 1)
    return together >= LEAST_SYNAPSES and together * size >= GAIN


class _Rows:
    """The rows of synapses from one group to another."""

    def __init__(self) -> None:
        self.synapses, self._delays = 0, 1.0
        self._sources: dict[str, int] = {}

    def add(self, c: Connection) -> None:
        """Count those of a connection."""
        self.synapses += c.synapses
        self._sources[c.pre.name] = c.pre.size
        self._delays = max(self._delays, different_delays(c))

    @property
    def headers(self) -> float:
        """About how many delays all rows have."""
        return min(sum(self._sources.values()) * self._delays, self.synapses)


def different_delays(c: Connection) -> float:
    """How many delays a connection's synapses have, if all were equally frequent; of a list from some of them."""
    if not c.varied or not c.synapses:
        return 1.0
    held = held_of(c)
    if held is not None:
        return float(held.different)
    if c.drawn:
        counts = c.recipe.delays.probabilities
    else:
        counts = np.bincount(c.delays.reshape(-1)[:: -(-c.synapses // _SAMPLE)]).astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum())
