"""Large populations in equal parts: how many parts each needs, so that cores need few output axons.

A neuron needs an output axon for every core that its targets lie on. With n neurons on each of c cores that all reach
each other, that makes n * c on a core: about the size of the network, however small the cores are filled. What counts
is that parts are equal and that no core holds the end of one population and the beginning of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.model import Parts, Problem, equal_bounds, equal_parts
from loihi_emu.mapping.strategies.first_fit import Run, most_neurons
from loihi_emu.mapping.usage import add_fanout, measure_all

Fanout = dict[str, Integers]

ROUNDS = 60
"""Rounds after which no further parts are tried."""


@dataclass(frozen=True, eq=False)
class _Cut:
    """A population cut into equal parts: what each needs, and what its lists take of the presynaptic neurons.

    Where it is not exact, bits are 0.
    """

    parts: Parts
    bits: Integers
    axons: Integers
    taken: Integers
    exact: bool

    @property
    def count(self) -> int:
        return len(self.bits)


class BalancedSplit(NamedTuple):
    """Runs of neurons to be placed whole: equal parts of large populations, small ones as they are.

    Attributes
    ----------
    runs : list of Run
    fanout : dict
        Population name to the output axons that each neuron needs then.
    whole : dict
        Sizes of populations that fit on a core as a whole, as far as synapses go.
    axons : int
        Input axons that the network needs at least, however it is cut.
    """

    runs: list[Run]
    fanout: Fanout
    whole: dict[str, int]
    axons: int


def balanced_split(problem: Problem, most: int | None = None) -> BalancedSplit | None:
    """Cut populations into equal parts; None if that is not possible, or if they would fill more cores than `most`."""
    cuts = {name: _first_cut(problem, name) for name in problem.populations}
    if most is not None and sum(made.count - 1 for made in cuts.values()) > most:
        return None
    whole = {name: p.size for name, p in problem.populations.items() if cuts[name].count == 1}
    for _ in range(ROUNDS):
        fanout = problem.zeros()
        for name, made in cuts.items():
            add_fanout(problem.incoming[name], made.taken, fanout)
        wanted = {name: _wanted(problem, made, fanout[name]) for name, made in cuts.items()}
        changed = {name: count for name, count in wanted.items() if count != cuts[name].count}
        if any(count > problem.populations[name].size for name, count in changed.items()):
            return None
        lightly = bool(changed)
        changed = changed or {name: made.count for name, made in cuts.items() if not made.exact}
        if not changed:
            runs = [run for name, made in cuts.items() for run in _runs(name, made)]
            counted = [cuts[name].taken for name, into in problem.incoming.items() if not into.convolved]
            axons = int(sum(np.count_nonzero(taken) for taken in counted))
            return BalancedSplit(runs, fanout, whole, axons)
        cuts |= {name: _cut(problem, name, count, lightly) for name, count in changed.items()}
    return None


def _first_cut(problem: Problem, name: str) -> _Cut:
    """Cut a population into as few parts as are needed at least.

    That is for what neurons share, for synapses, and such that a few of the parts fit.
    """
    incoming, size = problem.incoming[name], problem.populations[name].size
    each = -(-size // most_neurons(problem, name))
    low = min(size, max(each, -(-incoming.payload // problem.limit("synaptic_bits"))))
    if low == 1:
        whole = _cut(problem, name, 1, lightly=False)
        if whole.bits[0] <= problem.limit("synaptic_bits") and whole.axons[0] <= problem.limit("axons_in"):
            return whole
    elif _samples_fit(problem, name, low):
        return _cut(problem, name, low, lightly=True)
    high = low  # low does not fit, high does
    while high < size and not _samples_fit(problem, name, high):
        low, high = high, min(2 * high, size)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _samples_fit(problem, name, middle) else (middle, high)
    return _cut(problem, name, high, lightly=True)


def _samples_fit(problem: Problem, name: str, count: int) -> bool:
    """Whether the first, the middle and the last of so many equal parts have enough memory and input axons."""
    incoming, bounds = problem.incoming[name], equal_bounds(problem.populations[name].size, count)
    for part in {0, count // 2, count - 1} if incoming.connections else ():
        neurons = np.arange(bounds[part], bounds[part + 1], dtype=np.int32)
        bits, axons = incoming.need(neurons, np.arange(len(neurons), dtype=np.int32))
        if bits > problem.limit("synaptic_bits") or axons > problem.limit("axons_in"):
            return False
    return True


def _runs(name: str, made: _Cut) -> list[Run]:
    pieces = np.split(made.parts.order, made.parts.bounds[1:-1])
    needs = zip(made.bits.tolist(), made.axons.tolist(), strict=True)
    return [Run(name, piece, need) for piece, need in zip(pieces, needs, strict=True)]


def _cut(problem: Problem, name: str, count: int, lightly: bool) -> _Cut:
    """Cut a population into equal parts and measure each as if alone on a core."""
    parts, incoming = equal_parts(problem.populations[name].size, count), problem.incoming[name]
    exact = not (lightly and incoming.sparse)
    if not exact:
        return _Cut(parts, np.zeros(count, np.int64), *incoming.count_axons(parts.order, parts.bounds), exact)
    needs, taken = measure_all(incoming, parts)
    bits, axons = (np.bincount(needs.core, needs.totals[name], count) for name in ("bits", "axons"))
    return _Cut(parts, bits.astype(np.int64), axons.astype(np.int64), taken, exact)


def _wanted(problem: Problem, made: _Cut, fanout: Integers) -> int:
    """Parts that a population should be cut into: one more, or as many more as the fullest part is too full."""
    out = np.add.reduceat(fanout, made.parts.bounds[:-1])
    fullest = max(
        made.bits.max() / problem.limit("synaptic_bits"),
        made.axons.max() / problem.limit("axons_in"),
        out.max() / problem.limit("axons_out"),
    )
    if fullest <= 1:
        return made.count
    return max(made.count + 1, int(made.count * (1 + (fullest - 1) / 2)))
