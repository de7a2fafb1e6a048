"""From what ``Network.connect`` is given to a checked connection between two of the network's elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from loihi_emu.errors import invalid, unknown
from loihi_emu.learning import checks as learning_checks
from loihi_emu.learning.rule import LearningRule
from loihi_emu.learning.unused import warn_of_unused
from loihi_emu.models.specification import NeuronModel
from loihi_emu.network import checks, synapses, unused
from loihi_emu.network.elements import Connection, Input, Population, Source
from loihi_emu.network.lost_weights import tell_loss
from loihi_emu.network.members import Members
from loihi_emu.network.payloads import check_sources
from loihi_emu.network.slices import Slice

Target: TypeAlias = "str | Source | Slice"
"""What names neurons: a population or an input, its name, or a slice of it."""


def connection(
    network: Members,
    pre: Target,
    post: Target,
    weights: Any,
    *,
    name: str | None,
    learning: LearningRule | None,
    factors: Mapping[str, Any] | None,
    port: str | None,
    **form: Any,
) -> Connection:
    """A connection for this network, with its learning rule; the network itself stays as it is.

    Parameters are those of :meth:`loihi_emu.Network.connect`; `form` goes to
    :func:`loihi_emu.network.synapses.connection`.
    """
    source, target = slice_of(network, pre, "pre"), slice_of(network, post, "post")
    if isinstance(target.target, Input):
        raise invalid("connect", "post", f'input "{target.target.name}"', "a population")
    nodes, others, rules = network.nodes, network.connections, network.rule_set
    if name is None:
        name = base = f"{source.name}->{target.name}"
        number = 2
        while name in nodes or name in others:
            name, number = f"{base} ({number})", number + 1
    else:
        checks.new_name(name, "connection", {**nodes, **others})
    assert isinstance(target.target, Population)
    made = synapses.connection(
        name, source, target, weights, rules=rules, max_delay=network.max_delay, learns=learning is not None,
        port=port_of(rules.model(target.target.model), port, f'connection "{name}"'),
        seed=network.seed, stream=len(others), **form,
    )  # fmt: skip
    if learning is not None:
        how = learning_checks.learning_of(made, learning, factors, nodes, others.values(), rules)
        made = replace(made, learning=how)
        warn_of_unused(made, how, rules)
    elif factors is not None:
        where = f'connection "{name}"'
        raise invalid(where, "factors", "third factors without a rule", "learning=LearningRule(...)")
    unused.warn_of_format(made, rules)
    check_sources(made, nodes, others.values(), rules)
    tell_loss(made, rules)
    return made


def port_of(model: NeuronModel, port: object, where: str) -> str:
    """The port of a model that is meant: None for its first.

    Raises
    ------
    UnknownNameError
        It has no such port; those that it has are listed.
    """
    if port is None:
        return model.ports[0]
    if not isinstance(port, str) or port not in model.ports:
        raise unknown("port", port, model.ports, where=f'{where}, model "{model.name}"')
    return port


def slice_of(network: Members, target: Target, where: str) -> Slice:
    """The neurons of this network that `target` names."""
    if isinstance(target, str):
        target = network[target]
    if isinstance(target, Slice):
        part, node = target, target.target
    elif isinstance(target, (Population, Input)):
        part, node = target[:], target
    else:
        raise invalid(where, "", target, "a population, an input, their name or a slice")
    if network.nodes.get(node.name) is not node:
        advice = "Use the objects that this network's population() and input() returned."
        raise invalid(where, "", f"{node!r} of another network", f'one of network "{network.name}"', advice=advice)
    if part.size == 0:
        raise invalid(where, part.name, "no neurons", "at least one")
    return part
