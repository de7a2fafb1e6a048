"""Large populations in equal parts: how many parts each needs, so that cores need few output axons.

A neuron needs an output axon for every core that its targets lie on. With n neurons on each of c cores that all reach
each other, that makes n * c on a core: about the size of the network, however small the cores are filled. What counts
is that parts are equal and that no core holds the end of one population and the beginning of the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Population
from loihi_emu.mapping.assignment import Index
from loihi_emu.mapping.filling import Run, most_neurons
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.use import cheapest

Fanout = dict[str, NDArray[np.int64]]

ROUNDS = 60
"""Rounds after which no further parts are tried."""


@dataclass(frozen=True, eq=False)
class _Parts:
    """A population cut into equal parts: what each needs, and what its lists need of the neurons before."""

    bounds: NDArray[np.int64]
    bits: NDArray[np.int64]
    axons: NDArray[np.int64]
    fanout: Fanout

    @property
    def count(self) -> int:
        return len(self.bits)


def even_runs(problem: Problem, most: int | None = None) -> tuple[list[Run], Fanout] | None:
    """Runs of neurons to be placed whole: equal parts of large populations, small ones as they are.

    Returns also the output axons that each neuron then needs; None if no numbers of parts were found, or if the parts
    would fill more cores than `most`.
    """
    fewest = {name: _fewest_parts(problem, name) for name in problem.populations}
    if most is not None and sum(count - 1 for count in fewest.values()) > most:
        return None
    none = {name: np.zeros(p.size, np.int64) for name, p in problem.populations.items()}
    parts: dict[str, _Parts] = {}
    for name in problem.populations:
        parts[name] = _cut(problem, name, fewest[name])
    for _ in range(ROUNDS):
        fanout = {name: f.copy() for name, f in none.items()}
        for made in parts.values():
            for name, more in made.fanout.items():
                fanout[name] += more
        wanted = {name: _wanted(problem, made, fanout[name]) for name, made in parts.items()}
        if all(count == parts[name].count for name, count in wanted.items()):
            return [run for name, made in parts.items() for run in _runs(name, made)], fanout
        for name, count in wanted.items():
            if count > problem.populations[name].size:
                return None
            if count != parts[name].count:
                parts[name] = _cut(problem, name, count)
    return None


def _fewest_parts(problem: Problem, name: str) -> int:
    """Parts that are needed at least: for what neurons share, for synapses, and such that a few of the parts fit."""
    fanin, size = problem.fanins[name], problem.populations[name].size
    each = -(-size // most_neurons(problem, name))
    low = max(each, -(-fanin.payload // problem.limit("synaptic_bits")))
    if _samples_fit(problem, name, low):
        return low
    high = low  # low does not fit, high does
    while high < size and not _samples_fit(problem, name, high):
        low, high = high, min(2 * high, size)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _samples_fit(problem, name, middle) else (middle, high)
    return high


def _samples_fit(problem: Problem, name: str, count: int) -> bool:
    """Whether the first, the middle and the last of so many equal parts have enough memory and input axons."""
    fanin, bounds = problem.fanins[name], _bounds(problem.populations[name].size, count)
    for part in {0, count // 2, count - 1} if fanin.connections else ():
        neurons = np.arange(bounds[part], bounds[part + 1], dtype=np.int32)
        bits, axons = fanin.need(neurons, np.arange(len(neurons), dtype=np.int32))
        if bits > problem.limit("synaptic_bits") or axons > problem.limit("axons_in"):
            return False
    return True


def _bounds(size: int, count: int) -> NDArray[np.int64]:
    """Where so many equal parts of a population begin, and where the last ends."""
    return np.round(np.linspace(0, size, count + 1)).astype(np.int64)


def _runs(name: str, made: _Parts) -> list[Run]:
    neurons: Index = np.arange(made.bounds[-1], dtype=np.int32)
    return [(name, piece) for piece in np.split(neurons, made.bounds[1:-1])]


def _cut(problem: Problem, name: str, count: int) -> _Parts:
    """Cut a population into equal parts and measure each as if alone on a core."""
    size, fanin = problem.populations[name].size, problem.fanins[name]
    bounds = _bounds(size, count)
    bits, axons = np.zeros(count, np.int64), np.zeros(count, np.int64)
    fanout: Fanout = {}
    if not fanin.connections:
        return _Parts(bounds, bits, axons, fanout)
    for part in range(count):
        neurons = np.arange(bounds[part], bounds[part + 1], dtype=np.int32)
        totals, lists = fanin.measure(neurons, np.arange(len(neurons), dtype=np.int32))
        bits[part], axons[part] = fanin.needed()
        for c, total, found in zip(fanin.connections, totals.tolist(), fanin.sources(lists), strict=True):
            if isinstance(c.pre.target, Population):
                more = fanout.setdefault(c.pre.target.name, np.zeros(c.pre.target.size, np.int64))
                more[found] += cheapest(0, c, total, problem.chip).out_slots
    return _Parts(bounds, bits, axons, fanout)


def _wanted(problem: Problem, made: _Parts, fanout: NDArray[np.int64]) -> int:
    """Parts that a population should be cut into: one more, or as many more as the fullest part is too full."""
    out = np.add.reduceat(fanout, made.bounds[:-1])
    fullest = max(
        made.bits.max() / problem.limit("synaptic_bits"),
        made.axons.max() / problem.limit("axons_in"),
        out.max() / problem.limit("axons_out"),
    )
    if fullest <= 1:
        return made.count
    return max(made.count + 1, int(made.count * (1 + (fullest - 1) / 2)))
