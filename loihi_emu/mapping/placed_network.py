"""Where everything is on the chips, what it takes of them, and what it sends."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.boards import Board
from loihi_emu.errors import is_known, unknown
from loihi_emu.keywords import known_keywords_of
from loihi_emu.mapping.arrays import Index, Integers, Numbers
from loihi_emu.mapping.lists import CoreLists
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.traffic import Rates, Traffic, matrix_of, rates_of, traffic_of
from loihi_emu.mapping.usage import CoreUsage
from loihi_emu.network.elements import Population, name_of
from loihi_emu.network.slices import Slice
from loihi_emu.numeric import integer
from loihi_emu.read_only import frozen


class Location(NamedTuple):
    """Where a neuron is: chip, core of the chip, compartment of the core."""

    chip: int
    core: int
    compartment: int


@known_keywords_of
class PlacedNetwork:
    """What a :class:`~loihi_emu.mapping.placement.Placement`, which lists the attributes, holds without a recording."""

    def __init__(
        self, problem: Problem, assignment: Assignment, usage: CoreUsage, layout: Layout,
        *, boards: tuple[Board, ...] | None, strategy: str, rates: Rates | None,
    ) -> None:  # fmt: skip
        self.problem, self.assignment, self.layout = problem, assignment, layout
        self.chip, self.boards, self.strategy = problem.chip, boards, strategy
        self.budgets = MappingProxyType({name: frozen(needs) for name, needs in usage.budgets.items()})
        self.limits = MappingProxyType({name: resource.limit for name, resource in problem.limits.items()})
        self._usage = usage
        self._rates = rates

    # ------------------------------------------------------------ where
    @property
    def network(self) -> Any:
        """The network that was placed; what was added to it since then is not on the chips."""
        return self.problem.network

    @property
    def cores(self) -> int:
        """Cores that hold neurons."""
        return int(np.count_nonzero(self.budgets["compartments"]))

    @property
    def chips(self) -> int:
        """Chips that hold neurons."""
        return len(np.unique(self.layout.chip[self.budgets["compartments"] > 0]))

    def core_of(self, population: str | Population | Slice) -> Index:
        """The core of each neuron of a population or of a slice of one, counted over all chips."""
        return self._each(population, self.assignment.cores)

    def chip_of(self, population: str | Population | Slice) -> Index:
        """The chip of each neuron of a population or of a slice of one."""
        return self.layout.chip[self.core_of(population)]

    def where(self, population: str | Population, neuron: int) -> Location:
        """Chip, core and compartment of one neuron."""
        name = self._known(population)
        size = self.problem.populations[name].size
        neuron = integer(f'population "{name}"', "neuron", neuron, 0, size - 1)
        core = int(self.assignment.cores[name][neuron])
        slot = int(self.assignment.slots[name][neuron])
        return Location(int(self.layout.chip[core]), int(self.layout.core[core]), slot)

    def out_axons(self, population: str | Population | Slice) -> Integers:
        """Output axon slots of each neuron: one (of pop32 two) for every core and connection it reaches."""
        return self._each(population, self._usage.fanout)

    @property
    def lists(self) -> list[CoreLists]:
        """The synapses of each connection on each core: how many, in which formats, and what they take."""
        return self._usage.lists

    def formats(self, connection: Any) -> list[CoreLists]:
        """How the synapses of a connection are stored on each core that has some."""
        name = name_of(connection)
        if not is_known(name, self.problem.connections):
            raise unknown("connection", name, self.problem.connections)
        return [row for row in self.lists if row.connection == name]

    def parts(self) -> list[tuple[int, str, Index]]:
        """Core, population and its neurons there, core by core."""
        return [(core, name, neurons) for core, name, neurons, _ in self.assignment.parts()]

    # ------------------------------------------------------------ what it sends
    def traffic(self, rates: Any = None) -> Traffic:
        """Messages per step between cores and chips.

        Parameters
        ----------
        rates : Recording, dict or None
            A recording of the network, or spikes per step by name (one number or one per neuron). Default: the rates
            it was placed with; without those, every neuron spikes in every step, and messages are numbers of axons.
        """
        return traffic_of(self.problem, self.assignment, self.layout, self._given(rates))

    def traffic_matrix(self, rates: Any = None, by: str = "core") -> Any:
        """Messages per step from each row to each column, those that stay where they are on the diagonal.

        Parameters
        ----------
        rates : Recording, dict or None
            As in :meth:`traffic`.
        by : {"core", "chip", "population"}
            Cores, counted over all chips; chips; or populations, with rows for the inputs and then the populations in
            order of creation. Messages from inputs are in the last alone.

        Returns
        -------
        float64 array, or scipy.sparse.csr_array if there are more than 2048 cores
        """
        return matrix_of(self.problem, self.assignment, self.layout, self._given(rates), by)

    def spikes(self, rates: Any = None) -> Numbers:
        """Spikes per step of the neurons on each core; `rates` as in :meth:`traffic`."""
        given, total = self._given(rates), np.zeros(self.assignment.count)
        for name, cores in self.assignment.cores.items():
            total += np.bincount(cores, weights=given[name], minlength=len(total))
        return total

    def _given(self, rates: Any) -> Rates:
        return self._rates if rates is None and self._rates is not None else rates_of(self.problem, rates)

    def _each(self, population: Any, arrays: dict[str, NDArray[Any]]) -> NDArray[Any]:
        """What was found for each neuron of a population or of a slice of one."""
        if isinstance(population, Slice):
            return np.array(arrays[self._known(population.target)][population.indices])
        return np.array(arrays[self._known(population)])

    def _known(self, population: Any) -> str:
        name = str(name_of(population))
        if name not in self.problem.populations:
            raise unknown("population", name, self.problem.populations)
        return name

    @property
    def has_rates(self) -> bool:
        """Whether it was placed with rates of spikes."""
        return self._rates is not None
