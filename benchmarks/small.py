"""Many small populations beside one large one: emulator against emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.race import Contestant, Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import TAU_5, TAU_20, Size
from benchmarks.workloads import EXCITATORY, INHIBITORY, UNIT, Lif
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

Array = NDArray[Any]

LIMIT = 1.6
CONNECTIVITY = 0.02
CELL = Lif(TAU_5, TAU_20, vth=1000, bias=2150, bias_exp=1, refractory=2)


def measure(size: Size) -> Iterator[Row]:
    """Race both, without synapses and with 2 % random connectivity among all neurons."""
    count, each = size.small
    n = count * each
    rng = np.random.default_rng(5)
    v = rng.integers(0, CELL.vth * UNIT, n)
    targets = rng.integers(0, n, (n, max(1, round(CONNECTIVITY * n))))
    for what, synapses, steps in (("no synapses", None, 8000), (f"{CONNECTIVITY:.0%} random synapses", targets, 2500)):
        contestants: dict[str, Contestant] = {
            "one": Emulated(Emulator(_network(1, n, v, count, synapses))),
            "many": Emulated(Emulator(_network(count, each, v, count, synapses))),
        }
        laps = race(contestants, size.steps(steps), size.rounds)
        note = f"beside one population of {n}"
        yield ratio(f"{count} populations of {each}", what, laps["many"], laps["one"], LIMIT, note)


def _network(count: int, each: int, v: Array, blocks: int, targets: Array | None) -> Network:
    """So many populations; the last fifth of `blocks` equal parts of all neurons is inhibitory."""
    net = Network(f"{count} x {each}")
    for k in range(count):
        net.population(f"p{k}", each, **CELL.parameters(), v=v[k * each : (k + 1) * each])
    if targets is not None:
        n, fan_out = targets.shape
        pre, post = np.repeat(np.arange(n), fan_out), targets.reshape(-1)
        weights = np.where(pre < n // blocks * (blocks * 4 // 5), EXCITATORY, INHIBITORY)
        _connect(net, count, each, pre, post, weights)
    return net


def _connect(net: Network, count: int, each: int, pre: Array, post: Array, weights: Array) -> None:
    """Connect every population to every other and itself with its share of the synapses."""
    block = pre // each * count + post // each
    order = np.argsort(block, kind="stable")
    pre, post, weights = pre[order] % each, post[order] % each, weights[order]
    edges = np.searchsorted(block[order], np.arange(count * count + 1))
    for k in range(count * count):
        part = slice(edges[k], edges[k + 1])
        if part.start < part.stop:
            net.connect(f"p{k // count}", f"p{k % count}", (pre[part], post[part], weights[part]))
