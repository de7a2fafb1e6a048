"""Population groups: populations of one model side by side in the same arrays, updated by one leaf call.

Small populations of the same model and kind share a group, so that a network of many small populations costs what one
large population costs. Large ones stand alone: their uniform parameters then stay one block long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.parts import GroupPart, Pieces
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Arena, Array, SourceLists
from loihi_emu.models.specification import NeuronModel
from loihi_emu.network.elements import Population
from loihi_emu.network.network import Network

ALONE = 16 * at.BLOCK
"""Populations from this size on form a group of their own."""


class Group:
    """One group: its populations, where each begins, and the arrays of all; its parts are who updates it."""

    def __init__(self, number: int, model: NeuronModel, populations: list[Population]) -> None:
        self.number = number
        self.model = model
        self.populations = populations
        self.bounds: NDArray[np.int64] = np.cumsum([0] + [p.size for p in populations], dtype=np.int64)
        self.n = int(self.bounds[-1])
        self.parameters: dict[str, dict[str, Array]] = {p.name: dict(p.parameters) for p in populations}
        self.parts: list[GroupPart] = []
        self.counted: NDArray[np.int64] = np.zeros((len(populations), at.COUNTERS), np.int64)  # before there were these
        self.slots = 0  # of the ring in memory
        self.span = 0  # slots that delays ask for: more where synapses are delivered when due
        self.keeps_spikes = False  # whether the last step's spikes are state, because learning looks back at them
        self._arrays: dict[str, Array] = {}
        self._noisy: dict[str, Array] = {}

    @property
    def key(self) -> str:
        """Prefix of the names of its arrays in the arena."""
        return f"group{self.number}"

    def part(self, name: str) -> slice:
        """Where a population lies in the group."""
        k = next(i for i, p in enumerate(self.populations) if p.name == name)
        return slice(int(self.bounds[k]), int(self.bounds[k + 1]))

    def threshold(self, name: str) -> Any:
        """The spike threshold of a population in units of v: a number, or an array of one per neuron; None if none."""
        array = self._arrays.get("vth")
        if array is None:
            return None
        return array[self.part(name)] if self.parts[0].description.varies("vth") else array[0].item()

    def first_accumulator(self, name: str, port: str) -> int:
        """The accumulator of a population's first neuron at a port, within a slot of the ring."""
        return self.model.ports.index(port) * self.n + int(self.part(name).start)

    @property
    def width(self) -> int:
        """Accumulators of a slot of the ring: one a neuron and port."""
        return self.n * len(self.model.ports)

    def need_slots(self, slots: int) -> None:
        """Make the ring of accumulators at least so long."""
        self.slots = max(self.slots, slots)
        self.need_span(slots)

    def need_span(self, slots: int) -> None:
        """Let events be under way for so many steps; a ring of one slot is enough."""
        self.slots, self.span = max(self.slots, 1), max(self.span, slots)

    # ------------------------------------------------------------ building
    def cut(self, pieces: Pieces) -> None:
        """Make the parts, one for each piece."""
        self.parts = []
        for piece in pieces:
            first = sum(part.blocks for part in self.parts)
            self.parts.append(GroupPart(self.key, self.model, self.bounds, *piece, first_block=first))

    def reserve(self, arena: Arena) -> None:
        """Ask for state, and the paths of blocks."""
        starts = [self.model.starts(p.parameters) for p in self.populations]
        for name, dtype in self.model.state:
            initial = np.zeros(self.n, dtype)
            for p, start in zip(self.populations, starts, strict=True):
                if name in start:
                    initial[self.part(p.name)] = start[name]
            arena.reserve(f"{self.key}.{name}", self.n, dtype, initial)
        arena.reserve(f"{self.key}.paths", sum(part.blocks for part in self.parts), np.uint8, 1, saved=False)
        if self.keeps_spikes:
            arena.reserve(f"{self.key}.spiked", 1, np.int64)
            arena.reserve(f"{self.key}.spikes", max(self.n, 1), np.int32)
            if self.model.payload is not None:
                arena.reserve(f"{self.key}.payloads", max(self.n, 1), self.model.payload)

    def reserve_ring(self, arena: Arena) -> None:
        """Ask for the accumulators."""
        if self.slots:
            arena.reserve(f"{self.key}.ring", (self.slots, self.width), self.model.accumulator, saved=False)

    def keep_spikes(self, lists: SourceLists, arena: Arena) -> None:
        """Let the lists of all of the group's spikes be state, if they are."""
        if self.keeps_spikes:
            lists.count, lists.index = arena[f"{self.key}.spiked"], arena[f"{self.key}.spikes"]
            if lists.payload is not None:
                lists.payload = arena[f"{self.key}.payloads"]

    def describe(self, arena: Arena) -> None:
        """Fill in the descriptions of all parts after the arena is sealed."""
        for part in self.parts:
            part.describe(arena, self.slots, self.width, self.n)
        self.refresh(arena)

    def refresh(self, arena: Arena) -> None:
        """Make the kernel's parameter arrays anew, after a parameter or a state was set."""
        lowered = [self.model.lowered(self.parameters[p.name], self._context(p, arena)) for p in self.populations]
        flags = 0
        for _, bits in lowered:
            flags |= bits
        if len({bits >> at.SHIFT for _, bits in lowered}) > 1:  # since a parameter was set
            flags |= at.FULL
        for part in self.parts:
            part.description.flags = flags
        for name, dtype in self.model.arrays:
            self._set_parameter(name, [arrays[name] for arrays, _ in lowered], dtype)
        arena[f"{self.key}.paths"][:] = 1

    def _set_parameter(self, name: str, values: list[Any], dtype: str) -> None:
        varies = name in self._noisy or not all(is_uniform(v, values[0]) for v in values)
        if name in self._noisy:
            array = self._noisy[name]
            self._arrays[name] = spread(values, self.populations, dtype)
            array[:] = self._arrays[name]  # for populations whose noise is on something else
        elif varies:
            array = self._arrays[name] = spread(values, self.populations, dtype)
        else:
            array = self._arrays[name] = np.full(min(self.n, at.BLOCK), np.ravel(values[0])[0], dtype)
        for part in self.parts:
            part.parameter(name, array, varies)

    def _context(self, population: Population, arena: Arena) -> Mapping[str, Any]:
        names = [name for name, _ in self.model.state]
        resting = "rest" in names and bool(np.any(arena[f"{self.key}.rest"][self.part(population.name)]))
        return {"noise": population.noise, "resting": resting}

    # ------------------------------------------------------------ noise
    def noisy(self, name: str) -> Array:
        """The array of a parameter to which noise is added in every step, one value per neuron."""
        if name not in self._noisy:
            self._noisy[name] = np.zeros(self.n, np.int32)
        return self._noisy[name]

    def noiseless(self, name: str) -> Array:
        """The values of a parameter without noise: of one neuron each, or one block of equal ones."""
        return self._arrays[name]

    # ------------------------------------------------------------ accounts
    def count_from(self, counters: NDArray[np.int64]) -> None:
        """Begin to count at these numbers."""
        if len(self.parts) == 1:
            self.parts[0].counters[...] = counters
        else:
            self.counted[...] = counters

    def counters(self) -> NDArray[np.int64]:
        """What was counted of each population."""
        totals: NDArray[np.int64] = self.counted.copy()
        for part in self.parts:
            totals[part.populations] += part.counters
        return totals

    @property
    def parameter_bytes(self) -> int:
        """Bytes of the parameter arrays and spike lists."""
        arrays = sum(a.nbytes for a in self._arrays.values()) + sum(a.nbytes for a in self._noisy.values())
        return int(arrays) + sum(part.lists.nbytes for part in self.parts)


def learned(network: Network) -> set[str]:
    """The populations that connections which learn reach."""
    return {c.post.target.name for c in network.connections.values() if c.learning is not None}


def is_uniform(value: Any, first: Any) -> bool:
    """Whether all values are equal to the first of `first`."""
    wanted = np.ravel(first)[0]
    array = np.asarray(value)
    return bool(array.flat[-1] == wanted and np.all(array == wanted))


def spread(values: list[Any], populations: list[Population], dtype: str) -> Array:
    """One value per neuron of a group from a scalar or an array per population."""
    each = [np.broadcast_to(np.asarray(v), p.size) for v, p in zip(values, populations, strict=True)]
    return np.concatenate(each).astype(dtype)


def make_groups(network: Network) -> list[Group]:
    """Sort populations into groups by model, kernel path and noise. Order of creation is kept.

    Large ones stand alone, except where delays come to them: to visit a row of synapses delay by delay, once for each
    group that it reaches, costs more than an array of a parameter that differs. Those of at least a block that
    connections which learn reach stand alone too: each may be whole, in another share.
    """
    grouped: dict[tuple[Any, ...], list[Population]] = {}
    rules, apart = network.rule_set, learned(network)
    connections = network.connections.values()
    delayed = {c.post.target.name for c in connections if c.kind == "sparse" and c.learning is None and c.varied}
    for p in network.populations.values():
        model = rules.model(p.model)
        _, flags = model.lowered(p.parameters, {"noise": p.noise})
        least = at.BLOCK if p.name in apart else p.size + 1 if p.name in delayed else ALONE
        alone = p.name if p.size >= least else None
        grouped.setdefault((p.model, flags, p.noise is not None, alone), []).append(p)
    return [Group(number, rules.model(members[0].model), members) for number, members in enumerate(grouped.values())]
