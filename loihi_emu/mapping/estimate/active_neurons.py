"""Which neurons are active in a step: known, or between two bounds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.estimate.axons import Axons
from loihi_emu.mapping.estimate.recorded_spikes import RecordedSpikes
from loihi_emu.mapping.lists import learns_delays
from loihi_emu.network.elements import Population
from loihi_emu.widths import DECAY_UNITY

Mask = NDArray[np.uint8]


class ActiveNeurons:
    """The active neurons of one population.

    A neuron is active in a step in which it has a bias or noise, an event arrives at it, it spikes, or it begins with
    a voltage that is not 0 or a current that outlasts a step. This is known where u and v of all neurons were recorded
    in every step (only events that cancel each other, from sources that were not recorded, can be missed). If not, at
    least the neurons with bias, noise, events or spikes are active; at most those, and all that once were since the
    start or the last reset.

    Attributes
    ----------
    exact : bool
        Whether the number of active neurons is known in every step.
    """

    def __init__(self, population: Population, recorded: RecordedSpikes, cores: Index, into: list[Axons]) -> None:
        self.name, self.recorded, self.cores, self.into = population.name, recorded, cores, into
        self.size = population.size
        self.always = driven(population)
        self.begins_with = _any(population, "u") | _any(population, "v")
        self.lasts = current_lasts(population)
        self.state = self._recorded_state()
        hidden = [
            a for a in self.into if a.connection.pre.target.name in recorded.totals or learns_delays(a.connection)
        ]
        self.seen = [a for a in self.into if a not in hidden]
        self.reached = np.zeros(self.size, np.uint8)
        for axons in hidden:
            for synapses in axons.synapses.values():
                self.reached[synapses.indices] = 1
        self.order = np.argsort(cores, kind="stable")
        self.here, self.first = np.unique(cores[self.order], return_index=True)
        begins = recorded.recording.sample_steps is not None or recorded.recording.start == 0  # with the first state
        unknown = 0 if begins else 1 + max((a.longest for a in self.into), default=0)
        if self.state is not None:
            self.unsure = unknown
        else:
            self.unsure = 1 << 60 if unknown or self.name in recorded.totals else 0
        self.exact = bool(self.always.all()) or (self.state is not None and not unknown)
        self.carry = np.zeros(self.size, np.uint8)

    def _recorded_state(self) -> tuple[NDArray[np.generic], NDArray[np.generic]] | None:
        """Both u and v after every step, if they were recorded for all neurons."""
        recording = self.recorded.recording
        for variable in ("u", "v"):
            key = f"{self.name}.{variable}"
            whole = key in recording and np.array_equal(recording.neurons(key), np.arange(self.size))
            if not whole or len(recording.times(key)) != recording.steps:
                return None
        return recording[f"{self.name}.u"], recording[f"{self.name}.v"]

    def add(self, first: int, n: int, fewest: Integers, most: Integers) -> None:
        """Add the fewest and the most active neurons in n steps to those of their cores."""
        active = np.zeros((n, self.size), np.uint8)
        active[:, self.always] = 1
        rows, neurons = self.recorded.within(self.name, first, first + n)
        active[rows - first, neurons] = 1
        for axons in self.seen:
            self._arrive(axons, first, active)
        begins = self.recorded.of_sample(np.arange(first, first + n)) == 0
        if self.state is not None:
            self._with_state(first, n, begins, active)
        self._add(active, fewest)
        if self.state is None:
            active |= self.reached
            active[:, self.begins_with] = 1
            self._linger(active, begins)
        active[: max(0, self.unsure - first)] = 1
        self._add(active, most)

    def _arrive(self, axons: Axons, first: int, active: Mask) -> None:
        """Mark the neurons at which events arrive; what would arrive after the end of a sample is lost."""
        n, name = len(active), axons.connection.pre.target.name
        for delay, synapses in axons.synapses.items():
            wait = axons.extra_steps + delay
            rows, sources = self.recorded.within(name, first - wait, first + n - wait)
            there = wait < self.recorded.left(rows)
            at = (rows[there] + wait - first, sources[there])
            spikes = sparse.csr_matrix((np.ones(len(at[0]), bool), at), (n, synapses.shape[0]))
            active[(spikes @ synapses).nonzero()] = 1

    def _linger(self, active: Mask, begins: NDArray[np.bool_]) -> None:
        """Let every neuron stay active from its first activity to the end of the sample."""
        for first, last in pairwise([0, *(np.flatnonzero(begins[1:]) + 1).tolist(), len(active)]):
            if not begins[first]:
                active[first] |= self.carry
            np.maximum.accumulate(active[first:last], axis=0, out=active[first:last])
            self.carry = active[last - 1].copy()

    def _add(self, active: Mask, counts: Integers) -> None:
        """Add the number of active neurons on each core, step by step."""
        counts[:, self.here] += np.add.reduceat(active[:, self.order], self.first, axis=1, dtype=np.int64)

    def _with_state(self, first: int, n: int, begins: NDArray[np.bool_], active: Mask) -> None:
        """Mark neurons whose state before the step, or after it, is not 0."""
        assert self.state is not None
        u, v = self.state
        previous = np.arange(first - 1, first + n - 1)
        known = ~begins & (previous >= 0)
        carried = v[previous[known]] != 0
        carried |= (u[previous[known]] != 0) & self.lasts
        active[known] |= carried
        active[begins] |= self.begins_with
        active |= (u[first : first + n] != 0) | (v[first : first + n] != 0)


def driven(p: Population) -> NDArray[np.bool_]:
    """Neurons with a bias or noise."""
    active = _any(p, "bias") | _any(p, "bias_mant")
    if p.noise is not None:
        active |= np.broadcast_to(np.asarray(p.noise.enabled, bool).reshape(-1), p.size)
    return active


def current_lasts(p: Population) -> NDArray[np.bool_]:
    """Neurons of which some current is left after a step: not all of it decays."""
    decay = np.asarray(p.parameters["du"]) + ("bias_mant" in p.parameters)  # Lava's is one less
    return np.broadcast_to(decay.reshape(-1) < DECAY_UNITY, (p.size,))


def _any(p: Population, name: str) -> NDArray[np.bool_]:
    """Neurons of which a parameter is not 0."""
    nonzero = np.zeros(p.size, bool)
    if name in p.parameters:
        nonzero[:] = np.asarray(p.parameters[name]).reshape(-1) != 0
    return nonzero
