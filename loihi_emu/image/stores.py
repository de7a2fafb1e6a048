"""Which way synapses with delays are kept: in a ring of a slot for every delay, or by delays, delivered when due.

Both give the same bits. A ring that leaves the cache costs a trip to memory for every event; where synapses are
delivered when due, all events of a step go into one slot, and what is read is read in rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network

RING_BYTES = 1 << 20
"""Rings up to this size stay in a cache beside what else a step needs."""
FEWEST_SLOTS = 4
"""A shorter ring is hardly larger than a slot."""
LEAST_SYNAPSES, GAIN = 2.0, 24 << 20
"""To look up what is due costs about as much as ten events: so many synapses of a neuron have one delay at least, and
the more, the smaller the ring (their product with its bytes)."""
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


def waits(network: Network, shares: int = 1) -> bool:
    """Whether sparse synapses of a network are delivered when due; each of `shares` has a cache of its own."""
    if network.rule_set.floats:
        return False
    if _chosen:
        return _chosen[-1] == DUE
    spans: dict[str, int] = {}
    rows: dict[tuple[str, str], tuple[int, int, int]] = {}
    for c in network.connections.values():
        span, pair = c.longest_delay + 1, (c.pre.target.name, c.post.target.name)
        spans[pair[1]] = max(spans.get(pair[1], 0), span)
        if c.kind == "sparse" and c.learning is None:
            synapses, sources, delays = rows.get(pair, (0, 0, 0))
            most = span if c.varied else 1
            rows[pair] = synapses + c.synapses, max(sources, c.pre.size), max(delays, most)
    size = ring_bytes(network, spans) // shares
    if size <= RING_BYTES or max(spans.values()) < FEWEST_SLOTS:
        return False
    headers = sum(min(sources * delays, synapses) for synapses, sources, delays in rows.values())
    together = sum(synapses for synapses, _, _ in rows.values()) / max(headers, 1)
    return together >= LEAST_SYNAPSES and together * size >= GAIN


def ring_bytes(network: Network, spans: dict[str, int]) -> int:
    """Bytes of the rings of populations with so many slots."""
    populations, model = network.populations, network.rule_set.model
    ports = {name: len(model(populations[name].model).ports) for name in spans}
    return sum(4 * slots * populations[name].size * ports[name] for name, slots in spans.items())
