"""Spikes that were counted but not recorded neuron by neuron: their means, and what they may have caused at most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from loihi_emu.mapping.estimate.counting import CHUNK_BYTES, Counter, Values, Work
from loihi_emu.network.elements import Population

if TYPE_CHECKING:
    from loihi_emu.mapping.estimate.pricing import Figures, Three


class Unrecorded:
    """What the spikes cause of populations and inputs whose total alone is known.

    Attributes
    ----------
    expected : Work
        One row: of a step, if all neurons of a population spiked equally often, and in all steps.
    """

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        columns = next(iter(counter.caused.values())).shape[1]
        table = np.zeros((1, columns))
        for name, total in counter.recorded.totals.items():
            caused = counter.caused[name]
            table += np.asarray(caused.sum(axis=0)) * (total / caused.shape[0] / counter.recorded.steps)
        self.expected = self._caused(table)
        self._counts = {name: self._counted(name) for name in counter.recorded.totals}

    def _caused(self, table: Values) -> Work:
        """A Work of these spikes alone: neurons are updated without them too."""
        return Work(np.zeros_like(self.counter.neurons), table)

    def _each(self, name: str) -> Iterator[Work]:
        """What one spike of each neuron causes: a row each, some neurons at a time."""
        caused = self.counter.caused[name]
        rows = max(1, CHUNK_BYTES // (80 * self.counter.cores))
        for first in range(0, caused.shape[0], rows):
            yield self._caused(caused[first : first + rows].toarray())

    def _counted(self, name: str) -> dict[str, Values]:
        parts = [work.counts() for work in self._each(name)]
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def count(self, key: str) -> Three:
        """Expected, least and most of one of :meth:`Work.counts`."""
        expected = float(self.expected.counts()[key].sum()) * self.counter.recorded.steps
        ends = [self._ends(name, values[key]) for name, values in self._counts.items()]
        return np.asarray([expected, sum(low for low, _ in ends), sum(high for _, high in ends)])

    def _ends(self, name: str, values: Values) -> tuple[float, float]:
        """Least and most that the spikes of a population cause, if each of a neuron causes so much.

        A neuron spikes once a step at most; an input may list an event twice.
        """
        total = self.counter.recorded.totals[name]
        once = isinstance(self.counter.problem.network[name], Population)
        most_each = max(self.counter.recorded.steps, -(-total // len(values))) if once else total
        whole, rest = divmod(total, most_each)
        order = np.sort(values)
        return tuple(  # type: ignore[return-value]
            float(a[:whole].sum() * most_each + (a[whole] * rest if rest else 0)) for a in (order, order[::-1])
        )

    def most_time(self, figures: Figures) -> tuple[float, float]:
        """What these spikes add to the times of cores and of routers at most, in ns."""
        cores = routers = 0.0
        for name in self.counter.recorded.totals:
            times = [(figures.core_times(work), figures.router_times(work)) for work in self._each(name)]
            cores += self._ends(name, np.concatenate([each.max(axis=1) for each, _ in times]))[1]
            if times[0][1] is not None:
                routers += self._ends(name, np.concatenate([each.max(axis=1) for _, each in times]))[1]
        return cores, routers
