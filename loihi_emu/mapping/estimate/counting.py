"""Counting what a recorded run did on the cores of a placement, some steps at a time.

What a spike of a neuron causes is always the same: so many synaptic events, messages and hops, on these cores. That is
a row of a sparse matrix, and the spikes of a run, by step and neuron, are another; their product is what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.estimate.active_neurons import ActiveNeurons
from loihi_emu.mapping.estimate.axons import Axons, axons_of
from loihi_emu.mapping.estimate.recorded_spikes import RecordedSpikes
from loihi_emu.mapping.model import tiles
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.recording.recording import Recording

Values = NDArray[Any]

UNITS = ("dense", "sparse", "conv")
"""Kinds of lists of synapses: how the connection is stored."""
NETWORK = ("host_messages", "messages_between_cores", "messages_between_chips", "hops_x", "hops_y")
"""Messages from inputs, between cores and chips, and the hops of those within chips."""
BY_CORE = (*UNITS, "received", "sent", "fired", "active", "learned")
"""What is counted for each core: synaptic events by unit, messages that arrive and leave, spikes of neurons, updates of
active neurons, and learning updates."""
CHUNK_BYTES = 1 << 26
"""About so much memory is taken at a time."""
FEWEST_STEPS = 128


@dataclass(frozen=True, eq=False)
class Work:
    """What happened in some steps (rows) on all cores.

    Attributes
    ----------
    neurons : int64 array (cores)
        Neurons on each core: all are updated in every step.
    table : array (steps, columns)
        BY_CORE, each a column a core; NETWORK; and the messages between tiles, a column a tile, counted at both.
    """

    neurons: Integers
    table: Values

    def of(self, name: str) -> Values:
        """One of BY_CORE (steps, cores)."""
        n, k = len(self.neurons), BY_CORE.index(name)
        return self.table[:, k * n : (k + 1) * n]

    @property
    def synapses(self) -> Values:
        """Synaptic events of all kinds."""
        return np.asarray(sum(self.of(unit) for unit in UNITS))

    @property
    def crossed(self) -> Values:
        """Messages between tiles (steps, tiles)."""
        return self.table[:, len(BY_CORE) * len(self.neurons) + len(NETWORK) :]

    def counts(self) -> dict[str, Values]:
        """Numbers of each step, of all cores together."""
        first = len(BY_CORE) * len(self.neurons)
        network = dict(zip(NETWORK, self.table[:, first : first + len(NETWORK)].T, strict=True))
        return {
            "spikes": self.of("fired").sum(axis=1),
            "neuron_updates": np.full(len(self.table), self.neurons.sum()),
            "active_updates": self.of("active").sum(axis=1),
            **{f"synaptic_events_{unit}": self.of(unit).sum(axis=1) for unit in UNITS},
            "learning_updates": self.of("learned").sum(axis=1),
            "messages": self.of("received").sum(axis=1),
            **network,
        }


class Counter:
    """Counts a recording on a placement.

    Attributes
    ----------
    recorded : RecordedSpikes
    axons : list of Axons
    neurons : int64 array (cores)
    activity : dict
        Population name to its :class:`ActiveNeurons`.
    caused : dict
        Population or input name to a csr_matrix (neurons, columns of a :class:`Work`): what a spike causes.
    """

    def __init__(self, placement: PlacedNetwork, recording: Recording) -> None:
        self.problem, self.recorded = placement.problem, RecordedSpikes(placement.problem, recording)
        self.assignment, self.layout = placement.assignment, placement.layout
        self.cores = self.assignment.count
        self.axons = axons_of(self.problem, self.assignment.cores, self.cores)
        self.neurons = placement.budgets["compartments"]
        self.activity = {
            name: ActiveNeurons(
                p, self.recorded, self.assignment.cores[name],
                [a for a in self.axons if a.connection.post.target is p],
            )
            for name, p in self.problem.populations.items()
        }  # fmt: skip
        self.caused = {name: self._caused(name) for name in [*self.problem.inputs, *self.problem.populations]}

    # ------------------------------------------------------------ geometry
    @cached_property
    def _places(self) -> tuple[Index, tuple[Index, ...]] | None:
        """Tile of each core over all chips, and its column and row; None where unknown."""
        axes, each = tiles(self.layout.core, self.problem.chip), self.problem.chip.cores_per_tile
        if axes is None or each is None:
            return None
        tile = self.layout.core // each
        return self.layout.chip * (int(tile.max(initial=0)) + 1) + tile, axes

    @property
    def tiles(self) -> int | None:
        """Tiles that hold neurons, of all chips; None where unknown."""
        return None if self._places is None else len(np.unique(self._places[0][self.neurons > 0]))

    # ------------------------------------------------------------ counting
    def _caused(self, name: str) -> Any:
        home = self.assignment.cores.get(name)
        size = (self.problem.inputs[name] if home is None else self.problem.populations[name]).size
        network = len(BY_CORE) * self.cores
        crossing = network + len(NETWORK)
        columns = crossing + (1 if self._places is None else int(self._places[0].max(initial=0)) + 1)
        entries: list[tuple[Any, Any, Any]] = []

        def add(neurons: Any, column: Any, values: Any = 1) -> None:
            entries.append(np.broadcast_arrays(neurons, column, values))  # type: ignore[arg-type]

        if home is not None:
            add(np.arange(size), BY_CORE.index("fired") * self.cores + home)
        for axons in self.axons:
            if axons.connection.pre.target.name != name:
                continue
            lists = axons.lists.tocoo()
            i, core = lists.row, lists.col
            add(i, BY_CORE.index(axons.connection.kind) * self.cores + core, lists.data)
            add(i, BY_CORE.index("received") * self.cores + core)
            if home is None:
                add(i, network)
                continue
            add(i, BY_CORE.index("sent") * self.cores + home[i])
            i, core = i[home[i] != core], core[home[i] != core]
            source, chip = home[i], self.layout.chip
            near = chip[source] == chip[core]
            add(i, network + NETWORK.index("messages_between_cores"))
            add(i[~near], network + NETWORK.index("messages_between_chips"))
            if self._places is not None:
                tile, axes = self._places
                for kind, axis in zip(("hops_x", "hops_y"), axes, strict=True):
                    add(i[near], network + NETWORK.index(kind), np.abs(axis[source] - axis[core])[near])
                apart = tile[source] != tile[core]
                for end in (source, core):
                    add(i[apart], crossing + tile[end[apart]])
        row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
        return sparse.csr_matrix((np.asarray(value, np.int64), (row, column)), (size, columns))

    def chunks(self) -> Iterator[tuple[int, Work, Work]]:
        """First step, and what surely happened from there on: with the fewest and with the most active neurons.

        Learning updates too are the fewest in the first and the most in the second. What was not recorded is in none.
        """
        largest = max((p.size for p in self.problem.populations.values()), default=1)
        rows = max(FEWEST_STEPS, CHUNK_BYTES // (100 * self.cores + 8 * largest))
        spikes = {name: self.recorded.matrix(name, self.caused[name].shape[0]) for name in self.recorded.spikes}
        learned = [self._learned(axons) for axons in self.learners]
        for first in range(0, self.recorded.steps, rows):
            n = min(rows, self.recorded.steps - first)
            table = sum((s[first : first + n] @ self.caused[name] for name, s in spikes.items()), start=0)
            columns = next(iter(self.caused.values())).shape[1]
            low = Work(self.neurons, np.zeros((n, columns), np.int64) if isinstance(table, int) else table.toarray())
            high = Work(self.neurons, low.table.copy())
            for activity in self.activity.values():
                activity.add(first, n, low.of("active"), high.of("active"))
            inside = self.recorded.of_sample(np.arange(first, first + n))
            for axons, ends in zip(self.learners, learned, strict=True):
                low.of("learned")[:] += (ends[first : first + n] @ axons.lists).toarray()
                epoch = axons.connection.learning.rule.t_epoch
                high.of("learned")[(inside + 1) % epoch == 0] += np.asarray(axons.lists.sum(axis=0)).reshape(-1)
            yield first, low, high

    @property
    def learners(self) -> list[Axons]:
        """The axons of connections that learn."""
        return [a for a in self.axons if a.connection.learning is not None and a.connection.learning.enabled]

    def _learned(self, axons: Axons) -> Any:
        """Last steps of epochs (rows), and the presynaptic neurons that spiked in each: their synapses are updated."""
        c, epoch, recorded = axons.connection, axons.connection.learning.rule.t_epoch, self.recorded
        at, sources = recorded.within(c.pre.target.name, 0, recorded.steps)
        wait = axons.extra_steps + epoch - 1 - (recorded.of_sample(at) + axons.extra_steps) % epoch
        ended = (wait < recorded.left(at)) & (at + wait < recorded.steps)
        size = c.pre.target.size
        end, source = np.divmod(np.unique((at + wait)[ended] * size + sources[ended]), size)
        return sparse.csr_matrix((np.ones(len(end), np.int64), (end, source)), (recorded.steps, size))
