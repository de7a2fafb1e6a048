"""Counting what a recorded run did on the cores of a placement, some steps at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.estimate import tally_kernels as k
from loihi_emu.mapping.estimate.activity import Activity
from loihi_emu.mapping.estimate.axons import Axons, axons_of
from loihi_emu.mapping.estimate.recorded_spikes import RecordedSpikes
from loihi_emu.mapping.model import tiles
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.recording.recording import Recording

Integers = NDArray[np.int64]
Numbers = NDArray[Any]

UNITS = ("dense", "sparse", "conv")
"""Kinds of lists of synapses: how the connection is stored."""
NETWORK = ("host", "between_cores", "between_chips", "hops_x", "hops_y")
"""Columns of :attr:`Work.network`."""
CHUNK_BYTES = 1 << 26
"""About so much memory is taken at a time."""
FEWEST_STEPS = 128


@dataclass(frozen=True, eq=False)
class Work:
    """What happened in some steps (rows) on all cores (columns).

    Attributes
    ----------
    neurons : int64 array (cores)
        Neurons on each core: all are updated in every step.
    fired, active, synapses, received, sent, learned : arrays
        Spikes of neurons; updates of active neurons; synaptic events by unit (axis 0); messages that arrive and leave;
        learning updates.
    crossed : array (steps, tiles)
        Messages between tiles, counted at both.
    network : array (steps, 5)
        See :data:`NETWORK`.
    """

    neurons: Integers
    fired: Numbers
    active: Numbers
    synapses: Numbers
    received: Numbers
    sent: Numbers
    learned: Numbers
    crossed: Numbers
    network: Numbers

    def __add__(self, other: Work) -> Work:
        """The sum, step by step; a Work of one row is added to every step."""
        parts = ("fired", "active", "synapses", "received", "sent", "learned", "crossed", "network")
        return Work(self.neurons, *(getattr(self, name) + getattr(other, name) for name in parts))

    def counts(self) -> dict[str, Numbers]:
        """Numbers of each step, of all cores together."""
        network = dict(zip(NETWORK, self.network.T, strict=True))
        return {
            "spikes": self.fired.sum(axis=1),
            "neuron_updates": np.full(len(self.fired), self.neurons.sum()),
            "active_updates": self.active.sum(axis=1),
            **{f"synaptic_events_{unit}": part.sum(axis=1) for unit, part in zip(UNITS, self.synapses, strict=True)},
            "learning_updates": self.learned.sum(axis=1),
            "messages": self.received.sum(axis=1),
            "host_messages": network["host"],
            "messages_between_cores": network["between_cores"],
            "messages_between_chips": network["between_chips"],
            "hops_x": network["hops_x"],
            "hops_y": network["hops_y"],
        }


class Counter:
    """Counts a recording on a placement.

    Attributes
    ----------
    recorded : RecordedSpikes
    axons : list of Axons
    neurons : int64 array (cores)
    activity : dict
        Population name to its :class:`Activity`.
    """

    def __init__(self, placement: PlacedNetwork, recording: Recording) -> None:
        self.problem, self.recorded = placement.problem, RecordedSpikes(placement.problem, recording)
        self.assignment, self.layout = placement.assignment, placement.layout
        self.cores = self.assignment.count
        self.axons = axons_of(self.problem, self.assignment.cores, self.cores)
        self.neurons = placement.budgets["compartments"]
        self.activity = {
            name: Activity(
                p, self.recorded, self.assignment.cores[name],
                [a for a in self.axons if a.connection.post.target is p],
            )
            for name, p in self.problem.populations.items()
        }  # fmt: skip

    # ------------------------------------------------------------ geometry
    @cached_property
    def _places(self) -> tuple[NDArray[np.int32], ...]:
        """Chip, tile over all chips, column and row of each core; no tiles where they are unknown."""
        chip, found = self.layout.chip, tiles(self.layout.core, self.problem.chip)
        none = np.zeros(0, np.int32)
        each = self.problem.chip.cores_per_tile
        if found is None or each is None:
            return chip, none, none, none
        tile = self.layout.core // each
        every = chip * (int(tile.max(initial=0)) + 1) + tile
        return chip, np.asarray(every, np.int32), *(np.asarray(a, np.int32) for a in found)

    @property
    def tiles(self) -> int | None:
        """Tiles that hold neurons, of all chips; None where unknown."""
        tile = self._places[1]
        return len(np.unique(tile[self.neurons > 0])) if len(tile) else None

    # ------------------------------------------------------------ counting
    def deliver(self, axons: Axons, rows: Integers, sources: NDArray[np.int32], work: Work) -> None:
        """Add what spikes of presynaptic neurons send along the axons of a connection."""
        k.deliver(
            rows, sources, axons.unit_of, axons.starts, axons.cores, axons.counts, axons.home, *self._places,
            work.synapses[UNITS.index(axons.connection.kind)], work.received, work.sent, work.crossed, work.network,
        )  # fmt: skip

    def nothing(self, rows: int) -> Work:
        """A Work of zeros."""
        tile = self._places[1]
        shape, crossing = (rows, self.cores), (rows, int(tile.max()) + 1 if len(tile) else 1)
        zeros = [np.zeros(s, np.int64) for s in (shape, shape, (3, *shape), shape, shape, shape, crossing, (rows, 5))]
        return Work(self.neurons, *zeros)

    def chunks(self) -> Iterator[tuple[int, Work, Work]]:
        """First step, and what surely happened from there on: with the fewest and with the most active neurons.

        Learning updates too are the fewest in the first and the most in the second. What was not recorded is in none.
        """
        largest = max((p.size for p in self.problem.populations.values()), default=1)
        rows = max(FEWEST_STEPS, CHUNK_BYTES // (100 * self.cores + 3 * largest))
        spill = np.zeros((0, self.cores), np.int64)
        stamps = {a.connection.name: np.full(len(a.unit_of), -1, np.int64) for a in self.axons}
        for first in range(0, self.recorded.steps, rows):
            n = min(rows, self.recorded.steps - first)
            work = self.nothing(n)
            for axons in self.axons:
                at, sources = self.recorded.within(axons.connection.pre.target.name, first, first + n)
                self.deliver(axons, at - first, sources, work)
            for name, cores in self.assignment.cores.items():
                at, sources = self.recorded.within(name, first, first + n)
                flat = np.bincount((at - first) * self.cores + cores[sources], minlength=n * self.cores)
                np.add(work.fired, flat.reshape(n, self.cores), out=work.fired)
            most = np.zeros_like(work.active)
            for activity in self.activity.values():
                activity.add(first, n, work.active, most)
            fewest, most_learned, spill = self._learning(first, n, spill, stamps)
            np.add(work.learned, fewest, out=work.learned)
            parts = (work.synapses, work.received, work.sent)
            yield first, work, Work(
                self.neurons, work.fired, most, *parts, most_learned, work.crossed, work.network
            )  # fmt: skip

    @property
    def learners(self) -> list[Axons]:
        """The axons of connections that learn."""
        return [a for a in self.axons if a.connection.learning is not None and a.connection.learning.enabled]

    def _learning(
        self, first: int, n: int, spill: Integers, stamps: dict[str, Integers]
    ) -> tuple[Integers, Integers, Integers]:
        """Fewest and most learning updates in n steps, and what of the former comes after them."""
        beyond = max((a.connection.learning.rule.t_epoch for a in self.learners), default=0) + 1
        fewest, most = np.zeros((n + beyond, self.cores), np.int64), np.zeros((n, self.cores), np.int64)
        fewest[: len(spill)] += spill[: n + beyond]
        inside = self.recorded.of_sample(np.arange(first, first + n))
        for axons in self.learners:
            c, epoch = axons.connection, axons.connection.learning.rule.t_epoch
            all_of_it = np.bincount(
                np.repeat(axons.cores, self.channels(axons)), np.repeat(axons.counts, self.channels(axons)), self.cores
            )
            most[(inside + 1) % epoch == 0] += all_of_it.astype(np.int64)
            at, sources = self.recorded.within(c.pre.target.name, first, first + n)
            counted = self.recorded.of_sample(at) + axons.late
            wait = axons.late + epoch - 1 - counted % epoch
            ends = np.where((wait < self.recorded.left(at)) & (at + wait < self.recorded.steps), at + wait, -1)
            k.learned(
                at - first, sources, axons.unit_of, axons.starts, axons.cores, axons.counts,
                ends, np.where(ends < 0, -1, ends - first), stamps[c.name], fewest,
            )  # fmt: skip
        return fewest[:n], most, fewest[n:]

    @staticmethod
    def channels(axons: Axons) -> Integers:
        """Presynaptic neurons that share each list."""
        sharing = np.bincount(axons.unit_of[axons.unit_of >= 0], minlength=len(axons.starts) - 1)
        return sharing[axons.rows()]
