"""Reading and setting what connections learn, between runs of an emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.image.build import Image
from loihi_emu.keywords import unknown_variable
from loihi_emu.learning import checks
from loihi_emu.learning.grammar import TRACES
from loihi_emu.learning.rule import TARGETS, Learning, LearningRule, Trace
from loihi_emu.learning.unused import warn_of_unused
from loihi_emu.network import synapses as synapse_checks
from loihi_emu.network.elements import Connection, Source
from loihi_emu.network.network import Network
from loihi_emu.network.payloads import check_sources
from loihi_emu.numeric import flag, ranged, whole
from loihi_emu.rules import LearningRules
from loihi_emu.units import IN_STEPS

STATE = ("weights", "delays", "tags", *TRACES)


def parameters(c: Connection) -> dict[str, Any]:
    """What can be set of a connection's rule: name to value."""
    rule = c.learning.rule
    found: dict[str, Any] = {"learning": c.learning.enabled, "rule": rule, "t_epoch": rule.t_epoch}
    found |= {name: getattr(rule, name) for name in TARGETS}
    for name, trace in rule.traces.items():
        found |= {f"impulse_{name}": trace.impulse, f"tau_{name}": trace.tau}
    return found


def get(image: Image, c: Connection, variable: str) -> Any:
    """What ``Emulator.get`` gives for a connection that learns."""
    found = parameters(c)
    state = [name for name in STATE if name in checks.variables_of(c)]
    if not isinstance(variable, str):
        raise unknown_variable(variable, [*state, "given", *found], f'connection "{c.name}"')
    if variable == "delays" and variable not in state:
        return c.as_given(c.delays.astype(np.int64))
    if variable == "given":
        given = c.as_given(c.values)
        return given.astype(np.int64) if given.dtype.kind in "iu" else np.array(given)
    if variable in state:
        return image.learners[c.name].read(image.all_state, variable)
    if variable in found:
        return found[variable]
    raise unknown_variable(variable, [*state, "delays", "given", *found], f'connection "{c.name}"')


def set_state(image: Image, network: Network, c: Connection, variable: str, value: Any) -> None:
    """Set weights, delays, tags or a trace: from the next step on and after every reset."""
    learner, where, how = image.learners[c.name], f'connection "{c.name}"', network.rule_set.learning
    assert how is not None
    if variable == "weights":
        changed = how.checked(synapse_checks.with_values(c, value, network.rule_set))
        network.replace(changed)
        starts = learner.start(changed.values)
    elif variable in ("delays", "tags"):
        if variable == "delays":
            values = ranged(where, variable, whole(where, variable, value, IN_STEPS), 0, learner.longest)
        else:
            values = how.state(where, variable, value, driven=False)
        if values.shape not in ((), c.values.shape):
            raise invalid(where, variable, f"shape {values.shape}", f"a scalar or {c.values.shape}")
        spread = c.by_source(np.broadcast_to(values, c.values.shape))
        if variable == "delays":
            network.replace(replace(c, delays=spread.astype(np.uint8)))
        else:
            network.replace(replace(c, tags=spread.astype(how.tag_type)))
        starts = {variable: np.ascontiguousarray(learner.stored_order(spread)).reshape(-1)}
    else:
        _set_trace(image, c, variable, value, how)
        return
    for name, start in starts.items():
        if start.size:
            image.arena.restart(f"{learner.key}.{name}", start)


def _set_trace(image: Image, c: Connection, variable: str, value: Any, how: LearningRules) -> None:
    where, array = f'connection "{c.name}"', image.arena[f"{image.learners[c.name].key}.{variable}"]
    driven = variable in dict(c.learning.factors) and variable not in c.learning.rule.traces
    values = how.state(where, variable, value, driven=driven)
    if values.shape not in ((), array.shape):
        raise invalid(where, variable, f"shape {values.shape}", f"a scalar or {array.shape}")
    array[:] = values


def set_enabled(image: Image, network: Network, c: Connection, value: Any) -> None:
    """Switch learning on or off; traces go on."""
    enabled = flag(f'connection "{c.name}"', "learning", value)
    network.replace(replace(c, learning=replace(c.learning, enabled=enabled)))
    image.learners[c.name].enable(enabled)


def check_exchange(network: Network, c: Connection, new: LearningRule, variable: str, given: str) -> None:
    """Whether a connection can go on with another rule; `variable` and `given` are for the message."""
    where, rule = f'connection "{c.name}"', c.learning.rule
    if ("t" in new.used or new.dt is not None) != ("t" in rule.used or rule.dt is not None) or (
        (new.dd is None) != (rule.dd is None)
    ):
        advice = "Whether delays and tags are stored belongs to the structure: make another network."
        raise invalid(
            where, variable, given, "a rule that changes and reads the same of delays and tags", advice=advice
        )
    checks.check_rule(new, c.learning.factors, c, network.rule_set)
    probed = {v for p in network.probes if p.target.name == c.name for v in p.variables}
    lost = sorted(probed - set(checks.variables_of(replace(c, learning=replace(c.learning, rule=new)))))
    if lost:
        raise invalid(where, variable, f"a rule without {', '.join(lost)}", "one that has what a probe records")


def changed_rules(network: Network, c: Connection, variable: str, value: Any) -> Mapping[str, Learning]:
    """The learning of this connection (and, for t_epoch, of all onto the same neurons) with one parameter changed."""
    where, rule = f'connection "{c.name}"', c.learning.rule
    if variable == "rule":
        if not isinstance(value, LearningRule):
            raise invalid(where, "rule", repr(value), "a loihi_emu.LearningRule")
        new = value
    elif variable in (*TARGETS, "t_epoch"):
        new = LearningRule.from_settings(rule.settings() | {variable: value})
    else:
        kind, _, name = variable.partition("_")
        old = rule.traces[name]
        trace = Trace(value, old.tau) if kind == "impulse" else Trace(old.impulse, value)
        new = LearningRule.from_settings(rule.settings() | {name: [trace.impulse, trace.tau]})
    check_exchange(network, c, new, variable, repr(value))
    if variable == "rule" or variable in TARGETS:
        changed = replace(c, learning=replace(c.learning, rule=new))
        nodes: dict[str, Source] = {**network.populations, **network.inputs}
        check_sources(changed, nodes, network.connections.values(), network.rule_set)
        warn_of_unused(changed, changed.learning, network.rule_set)
    found = {c.name: replace(c.learning, rule=new)}
    how = network.rule_set.learning
    assert how is not None
    for other in network.connections.values() if how.shares_epoch else ():
        if other.learning is not None and other.name != c.name and checks.share_neurons(c.post, other.post):
            settings = other.learning.rule.settings() | {"t_epoch": new.t_epoch}
            found[other.name] = replace(other.learning, rule=LearningRule.from_settings(settings))
    return found
