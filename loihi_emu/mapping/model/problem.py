"""What is to be placed: a network's populations, the lists into each, and what they share, prepared once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import Chip
from loihi_emu.errors import MappingError, UnsupportedError
from loihi_emu.keywords import known_keywords_of
from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.lists import IncomingLists, SynapseFields, fields_of, incoming_lists
from loihi_emu.mapping.model.limits import Resource, resources
from loihi_emu.mapping.model.profiles import Profiles, profiles_of
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.members import Members
from loihi_emu.read_only import read_only

KINDS = ("synapse_formats", "trace_profiles", "learning_rules")
"""Resources that connections take and share."""


@known_keywords_of
@read_only("network", "chip", "name", "populations", "inputs", "connections", "limits", "fields", "profiles", "ports")
class Problem:
    """A network on a kind of chip.

    Attributes
    ----------
    populations, inputs, connections : dict
        Those of the network, by name.
    chip : Chip
    limits : dict of Resource
    fields : dict
        Connection name to its :class:`SynapseFields`.
    profiles : Profiles
    ports : dict
        Population name to the ports of its neurons. A neuron takes one compartment, and a dendritic accumulator for
        each port; nothing published says how a chip lays them out.
    """

    def __init__(self, network: Members, chip: Chip) -> None:
        if network.rule_set.floats:
            raise UnsupportedError(
                f'network "{network.name}", rules "{network.rules}": chips have integers. Use rules="chip" and '
                "loihi_emu.quantize(), then place it."
            )
        self.network, self.chip, self.name = network, chip, network.name
        self.populations: Mapping[str, Population] = network.populations
        self.inputs: Mapping[str, Input] = network.inputs
        self.connections: Mapping[str, Connection] = network.connections
        if not self.populations:
            raise MappingError(f'network "{network.name}": got no populations, allowed is at least one to place.')
        self.limits: dict[str, Resource] = resources(chip)
        self.fields: dict[str, SynapseFields] = {name: fields_of(c, chip) for name, c in self.connections.items()}
        self.profiles: Profiles = profiles_of(network, chip)
        self.ports = {name: len(network.rule_set.model(p.model).ports) for name, p in self.populations.items()}

    @cached_property
    def incoming(self) -> dict[str, IncomingLists]:
        """Synapses into each population by target."""
        into: dict[str, list[Connection]] = {name: [] for name in self.populations}
        for c in self.connections.values():
            into[c.post.target.name].append(c)
        return {name: incoming_lists(p, into[name], self.chip, self.fields) for name, p in self.populations.items()}

    @cached_property
    def synapses(self) -> int:
        """Synapses, shared weights counted at every place."""
        return sum(f.size for f in self.incoming.values())

    @property
    def neurons(self) -> int:
        """Neurons of all populations."""
        return sum(p.size for p in self.populations.values())

    def limit(self, name: str) -> int:
        """A limit as a number; very large where unknown."""
        limit = self.limits[name].limit
        return 1 << 60 if limit is None else limit

    def delay(self, c: Connection) -> int:
        """Longest delay that a connection has or can get."""
        return self.fields[c.name].longest

    def onto(self, name: str, neurons: Index) -> NDArray[np.bool_]:
        """Whether each connection onto a population (rows) has synapses onto each of these neurons (columns)."""
        starts = self.incoming[name].lists.starts
        return np.asarray(starts[:, neurons + 1] > starts[:, neurons])

    @cached_property
    def neuron_delays(self) -> dict[str, Integers | None]:
        """Longest delay of the connections onto each neuron, by population; None where there are none."""
        delays: dict[str, Integers | None] = {}
        for name, incoming in self.incoming.items():
            delayed = [(number, self.delay(c)) for number, c in enumerate(incoming.connections) if self.delay(c)]
            each = (np.where(np.diff(incoming.lists.starts[number]), delay, 0) for number, delay in delayed)
            delays[name] = reduce(np.maximum, each) if delayed else None
        return delays

    @cached_property
    def kinds(self) -> dict[str, dict[str, int]]:
        """What each connection takes of KINDS, as numbers that are equal for equal ones; -1 for nothing.

        A synapse format holds besides this how indices are told.
        """
        known: dict[str, dict[Any, int]] = {resource: {None: -1} for resource in KINDS}
        kinds = {}
        for name, c in self.connections.items():
            rule = None if c.learning is None else c.learning.rule
            fields = (self.fields[name], c.weight_exp, c.sign_mode, c.scaled, c.learning)
            values = (fields, None if rule is None else (rule.x1, rule.x2), rule)
            kinds[name] = {r: known[r].setdefault(value, len(known[r])) for r, value in zip(KINDS, values, strict=True)}
        return kinds

    @cached_property
    def kinds_onto(self) -> dict[str, dict[str, list[int]]]:
        """The same by population, and by resource for the connections onto it."""
        return {
            name: {resource: [self.kinds[c.name][resource] for c in incoming.connections] for resource in KINDS}
            for name, incoming in self.incoming.items()
        }

    def zeros(self) -> dict[str, Integers]:
        """A zero for each neuron, by population."""
        return {name: np.zeros(p.size, np.int64) for name, p in self.populations.items()}

    def flat(self, each: dict[str, NDArray[Any]]) -> NDArray[Any]:
        """Arrays of all populations as one over all neurons."""
        return np.concatenate([each[name] for name in self.populations])

    def by_population(self, flat: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """An array over all neurons as one of each population."""
        ends = np.cumsum([p.size for p in self.populations.values()])
        return dict(zip(self.populations, np.split(flat, ends[:-1]), strict=True))

    def every_neuron(self) -> dict[str, Index]:
        """All neurons of each population in order."""
        return {name: np.arange(p.size, dtype=np.int32) for name, p in self.populations.items()}
