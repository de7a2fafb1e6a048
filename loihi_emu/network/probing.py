"""What to record, checked: neurons of a population or an input, or a connection that learns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.learning import checks as learning_checks
from loihi_emu.network import checks
from loihi_emu.network.connect import Target, slice_of
from loihi_emu.network.elements import Connection, Population, Probe, Source
from loihi_emu.network.members import Members
from loihi_emu.network.slices import Slice
from loihi_emu.numeric import integer
from loihi_emu.rules import RuleSet
from loihi_emu.units import IN_STEPS

VIEWS = ("state", "chip")
"""How v is read: as the voltage that the rules have, or as a chip's probe reads it."""


def probe(network: Members, target: Target | Connection, variables: Any, every: int, neurons: Any, view: str) -> Probe:
    """A probe for this network. See :meth:`loihi_emu.Network.probe`."""
    if isinstance(target, Connection) or (isinstance(target, str) and target in network.connections):
        if view != "state":
            raise invalid("probe", "view", repr(view), 'only "state" for connections')
        return probe_of_connection(network, target, variables, every, neurons)
    return probe_of_neurons(slice_of(network, target, "probe"), network.rule_set, variables, every, neurons, view)


def probe_of_neurons(part: Slice, rules: RuleSet, variables: Any, every: int, neurons: Any, view: str) -> Probe:
    """A probe on a slice of a population or an input."""
    node = part.target
    where = f'probe on "{node.name}"'
    known = ["spikes"]
    if isinstance(node, Population):
        known += [state for state, _ in rules.model(node.model).state]
    wanted = checks.probed_variables(variables, known, where)
    often = integer(where, "every", every, 1, checks.OFTEN, IN_STEPS)
    check_view(view, node, rules, where)
    if view == "chip" and "v" not in wanted:
        raise invalid(where, "view", '"chip" without v', "a probe of v", advice="All else reads on a chip as it is.")
    return Probe(node, wanted, often, checks.probed_neurons(part, neurons, where), view)


def check_view(view: str, node: Source, rules: RuleSet, where: str) -> None:
    """Raise if a population has no such view of v."""
    if not is_known(view, VIEWS):
        raise unknown("view", view, VIEWS, where=where)
    if view == "chip" and not (isinstance(node, Population) and node.model == "lif" and not rules.floats):
        what = f'model "{node.model}" under rules "{rules.name}"' if isinstance(node, Population) else "an input"
        raise invalid(where, "view", f'"chip" of {what}', 'view="chip" of model "lif" under rules with integers')


def probe_of_connection(network: Members, target: Connection | str, variables: Any, every: int, neurons: Any) -> Probe:
    """A probe on a connection that learns."""
    name = target if isinstance(target, str) else target.name
    where = f'probe on "{name}"'
    found = network.connections.get(name)
    if found is None or (isinstance(target, Connection) and found is not target):
        raise invalid("probe", "", f"{target!r} of another network", f'one of network "{network.name}"')
    if found.learning is None:
        raise invalid(where, "", "a connection that does not learn", "one made with learning=...")
    if neurons is not None:
        raise invalid(where, "neurons", "a subset", "None: all synapses are recorded")
    wanted = checks.probed_variables(variables, learning_checks.variables_of(found), where)
    return Probe(found, wanted, integer(where, "every", every, 1, checks.OFTEN, IN_STEPS))


def check_once(made: Probe, probes: Iterable[Probe]) -> None:
    """Raise if a variable is recorded already."""
    for earlier in probes:
        twice = sorted(set(earlier.variables) & set(made.variables))
        if earlier.target is made.target and twice:
            where = f'probe on "{made.target.name}"'
            raise invalid(where, "variables", f"{twice} for a second time", "one probe per variable")
