"""The elements of a network by name, and what it counts by: what checks, placements and files read of a network."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.keywords import known_keywords
from loihi_emu.network import checks
from loihi_emu.network.elements import Connection, Input, Population, Probe, Source
from loihi_emu.numeric import integer
from loihi_emu.rules import RuleSet, find

MOST_DELAY = 255
"""Longest delay that any chip may have, in steps."""


class Members:
    """What a :class:`loihi_emu.Network` holds. Parameters are those of a network."""

    def __init__(self, name: str, chip: Chip, rules: str, seed: int) -> None:
        find(rules)
        if not isinstance(chip, Chip):
            raise invalid("network", "chip", repr(chip), "loihi_emu.LOIHI1 or LOIHI2")
        integer(f"network, chip {chip.name}", "max_delay", chip.max_delay, 0, MOST_DELAY, "Delays are kept in a byte.")
        self.name, self.chip, self.rules = checks.new_name(name, "network", {}), chip, rules
        self.seed = integer("network", "seed", seed, 0, (1 << 63) - 1)
        self._nodes: dict[str, Source] = {}
        self._connections: dict[str, Connection] = {}
        self._probes: list[Probe] = []

    @property
    def nodes(self) -> Mapping[str, Source]:
        """Populations and inputs by name, in order of creation; cannot be changed."""
        return MappingProxyType(self._nodes)

    @property
    def populations(self) -> Mapping[str, Population]:
        """Populations by name, in order of creation; cannot be changed."""
        return MappingProxyType({k: x for k, x in self._nodes.items() if isinstance(x, Population)})

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Inputs by name, in order of creation; cannot be changed."""
        return MappingProxyType({k: x for k, x in self._nodes.items() if isinstance(x, Input)})

    @property
    def connections(self) -> Mapping[str, Connection]:
        """Connections by name, in order of creation; cannot be changed."""
        return MappingProxyType(self._connections)

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Probes in order of creation."""
        return tuple(self._probes)

    @property
    def max_delay(self) -> int:
        """Longest synaptic delay in steps: the chip's, or Lava's 63."""
        own = self.rule_set.max_delay
        return self.chip.max_delay if own is None else own

    @property
    def rule_set(self) -> RuleSet:
        """The rule set of the name that `rules` is: what it counts by."""
        return find(self.rules)

    def __contains__(self, name: object) -> bool:
        return is_known(name, self._nodes)

    def __getitem__(self, name: str) -> Source:
        """The population or input of that name."""
        if not is_known(name, self._nodes):
            raise unknown("population or input", name, self._nodes)
        return self._nodes[name]

    def copy(self) -> Members:
        """The same elements, of which connections and inputs can be replaced without changing these."""
        other = Members(self.name, self.chip, self.rules, self.seed)
        other._hold(self)
        return other

    def _hold(self, other: Members) -> None:
        """Hold what another holds."""
        self._nodes, self._connections = dict(other._nodes), dict(other._connections)
        self._probes = list(other._probes)

    def replace(self, element: Input | Connection) -> None:
        """Put a changed input or connection in the place of the one of its name."""
        held: Mapping[str, object] = self._connections if isinstance(element, Connection) else self._nodes
        if not isinstance(element, (Connection, Input)) or not isinstance(held.get(element.name), type(element)):
            raise invalid("Network.replace", "element", element, "an input or a connection of the name of one here")
        if isinstance(element, Connection):
            self._connections[element.name] = element
        else:
            self._nodes[element.name] = element

    replace = known_keywords(replace, "Network.replace")

    def __repr__(self) -> str:
        neurons = sum(p.size for p in self.populations.values())
        weights = sum(c.synapses for c in self._connections.values())
        return (
            f'<Network "{self.name}": {self.chip.name}, rules "{self.rules}", {len(self.populations)} populations '
            f"({neurons} neurons), {len(self.inputs)} inputs, {len(self._connections)} connections ({weights} weights)>"
        )
